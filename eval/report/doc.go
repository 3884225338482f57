// Package report holds the results of an evaluation and writes them: the table
// of a terminal ([Report.WriteTable]), and a folder with eval.csv, eval.json, a
// page of HTML that needs nothing else, and its plots as SVG and PNG
// ([Report.WriteDir]).
//
// Figures that are not finite, such as the interval of a single sample or the
// error of samples without power, are null in JSON, empty in CSV and a dash in
// tables.
package report
