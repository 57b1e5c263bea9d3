package main

import (
	"os"
	"path/filepath"
	"testing"
)

// What the licence says counts, and not that there is a file.
func TestLicenceThatIsNotAllowedIsFound(t *testing.T) {
	for name, want := range map[string]string{
		"GPL-3.0": "its LICENSE is GPL-3.0-only, which licences.go does not allow",
		"its own": "0 % of its LICENSE is the text of a known licence",
		"none":    "has no file with a licence",
	} {
		t.Run(name, func(t *testing.T) {
			files := map[string]string{"odd.go": "package odd\n\nfunc Odd() {}\n"}
			switch name {
			case "GPL-3.0":
				files["LICENSE"] = gpl
			case "its own":
				files["LICENSE"] = "Ask the author whether you may use it.\n"
			}
			serveForeign(t, files)
			r := smallRepository(t)
			r.usesForeign("Odd")
			r.fails(ready, "licences", "example.com/odd@v1.0.0, which contrib/small needs: "+want)
		})
	}
}

const gpl = `This program is free software: you can redistribute it and/or modify
it under the terms of the GNU General Public License as published by
the Free Software Foundation, version 3 of the License.

This program is distributed in the hope that it will be useful,
but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the
GNU General Public License for more details.
`

func TestVulnerabilityInCodeThatIsCalledIsFound(t *testing.T) {
	serveForeign(t, map[string]string{"LICENSE": "", "odd.go": "package odd\n\nfunc Odd() {}\n\nfunc Good() {}\n"})
	db := t.TempDir()
	entry := `{"schema_version":"1.3.1","id":"GO-2026-9999","modified":"2026-01-01T00:00:00Z","published":"2026-01-01T00:00:00Z","summary":"It is odd",
		"affected":[{"package":{"name":"example.com/odd","ecosystem":"Go"},"ranges":[{"type":"SEMVER","events":[{"introduced":"0"},{"fixed":"1.0.1"}]}],
		"ecosystem_specific":{"imports":[{"path":"example.com/odd","symbols":["Odd"]}]}}],
		"database_specific":{"url":"https://example.com/GO-2026-9999"}}`
	if err := os.WriteFile(filepath.Join(db, "GO-2026-9999.json"), []byte(entry), 0o666); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOVULNDB", "file://"+db)
	r := smallRepository(t)
	r.usesForeign("Good")
	r.passes(ready, "vulnerabilities")
	r.usesForeign("Odd")
	r.fails(ready, "vulnerabilities", "in contrib/small: require the versions that fix it", "GO-2026-9999", "Fixed in: example.com/odd@v1.0.1")
}

// What can't be read is not taken for good news.
func TestDatabaseOfVulnerabilitiesThatIsNotThereIsAFailure(t *testing.T) {
	t.Setenv("GOVULNDB", "file:///nowhere")
	smallRepository(t).fails(ready, "vulnerabilities", "GOVULNDB")
}
