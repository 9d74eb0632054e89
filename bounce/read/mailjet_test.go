package read

var mailjetCases = []feedCase{}
