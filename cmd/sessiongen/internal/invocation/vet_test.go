package invocation

import (
	"reflect"
	"strings"
	"testing"
)

func TestVetTakesItsFlagsOutOfThoseOfGoVet(t *testing.T) {
	for args, want := range map[string]Vet{
		"./...":                             {Args: []string{"./..."}},
		"-tags x -format github ./...":      {GitHub: true, Args: []string{"-tags", "x", "./..."}},
		"--format=github -sessionlate .":    {GitHub: true, Args: []string{"-sessionlate", "."}},
		"-format github --format text .":    {Args: []string{"."}},
		"-json .":                           {JSON: true, Args: []string{"."}},
		"--json .":                          {JSON: true, Args: []string{"."}},
		"-json=true .":                      {JSON: true, Args: []string{"."}},
		"--json=1 -format text .":           {JSON: true, Args: []string{"."}},
		"-json -json=false -format=github":  {GitHub: true},
		"-v -- -json":                       {Args: []string{"-v", "--", "-json"}},
		"-sessionlate=false -c=2 ./format.": {Args: []string{"-sessionlate=false", "-c=2", "./format."}},
	} {
		if got, err := ParseVet(strings.Fields(args)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v, want %+v", args, got, err, want)
		}
	}
}

func TestVetRefusesFormsThatThereAreNot(t *testing.T) {
	for args, want := range map[string]string{
		"-format json .":         "-format json: there is no such form; use text or github",
		"-format":                "-format has no form after it; use text or github",
		"-json=perhaps .":        `-json can't be "perhaps"; use true or false`,
		"-json -format=github .": "-json and -format github are two forms of the output; use one of them",
	} {
		if got, err := ParseVet(strings.Fields(args)); err == nil || err.Error() != want {
			t.Errorf("%s: %+v, %v, want %s", args, got, err, want)
		}
	}
}

func TestListingHasWhatGoVetAndGoListHaveInCommon(t *testing.T) {
	for args, want := range map[string]string{
		"./...":                               "./...",
		"-tags x -mod=mod ./a ./b":            "-tags x -mod=mod ./a ./b",
		"-sessionlate --sessionlost=false .":  ".",
		"-c 2 -vettool=x -sessionlate -v ./c": "-v ./c",
		"-c=2 -vettool x c":                   "c",
		"--c=2 c":                             "c",
		"-v -- -sessionlate":                  "-v -- -sessionlate",
		"-c":                                  "",
	} {
		v := Vet{Args: strings.Fields(args)}
		got := v.Listing([]string{"c", "vettool", "sessionlate", "sessionlost"})
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %s", args, got, want)
		}
	}
}
