package read

var postmarkCases = []feedCase{}
