package read

var mailgunCases = []feedCase{}
