package read

var sendgridCases = []feedCase{}
