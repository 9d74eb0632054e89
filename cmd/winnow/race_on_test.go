//go:build race && linux

package main

const raceDetector = true
