package diagnostic

import (
	"fmt"
	"path/filepath"
	"strings"
)

// Annotations returns a line for each diagnostic, as [List.Lines] does, in the
// form in which GitHub Actions shows it beside the code. It knows files by their
// names relative to dir, if that is the top of the repository.
func (l List) Annotations(dir string) []string {
	return l.each(func(d Diagnostic) string { return d.annotation(dir) })
}

// annotation returns a workflow command. Its parts end at commas, colons and the
// end of the line, and what begins a line may be another command: a file name or
// a message with any of these in it must not be printed as it is.
func (d Diagnostic) annotation(dir string) string {
	message := escapeMessage.Replace(d.about(d.Text))
	if !d.Pos.IsValid() {
		return fmt.Sprintf("::%s::%s", d.level(), message)
	}
	file := filepath.ToSlash(Relative(dir, d.Pos.Filename))
	at := fmt.Sprintf("file=%s,line=%d", escapeProperty.Replace(file), d.Pos.Line)
	if d.Pos.Column > 0 {
		at += fmt.Sprintf(",col=%d", d.Pos.Column)
	}
	return fmt.Sprintf("::%s %s,title=sessiongen::%s", d.level(), at, message)
}

var (
	escapeMessage  = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)
