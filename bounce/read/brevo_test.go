package read

var brevoCases = []feedCase{}
