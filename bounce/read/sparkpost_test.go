package read

var sparkpostCases = []feedCase{}
