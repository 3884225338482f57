module example

go 1.26

require github.com/condmean/condmean v0.0.0

replace github.com/condmean/condmean => ../../..
