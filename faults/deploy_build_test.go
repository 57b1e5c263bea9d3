package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// retyped are the variables that are stored otherwise from a version on, and the
// number of that version. What is lost thereby was accepted.
var retyped = map[string]int{"mode": 3, "roles": 3, "plan": 3}

// A build is a running version of the app.
type build struct {
	number int
	url    string
	shapes map[string]*shape // of the variables that it declares
}

// names returns the names of the variables, sorted.
func (b *build) names() []string { return slices.Sorted(maps.Keys(b.shapes)) }

// reads tells whether the build can read what another one has stored.
func (b *build) reads(name string, by *build) bool {
	from, ok := retyped[name]
	return !ok || b.number >= from == (by.number >= from)
}

// start runs the program of a version until the end of the test.
func (v versions) start(t *testing.T, number int, name string, server *memcached) *build {
	t.Helper()
	cmd := exec.Command(filepath.Join(v.dir, "bin", name), fmt.Sprintf("-plain=%t", *plain), server.addr)
	cmd.Stderr = t.Output()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil { // the race detector speaks here, too
			t.Errorf("%s: %v", name, err)
		}
	})
	b := &build{number: number}
	if _, err := fmt.Fscanln(out, &b.url); err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(b.url + "/shapes")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if err := json.NewDecoder(response.Body).Decode(&b.shapes); err != nil {
		t.Fatal(err)
	}
	return b
}

// A task is one thing that a request does with the session.
type task struct {
	Do, Name string
	Value    any `json:",omitempty"`
}

func (t task) String() string {
	text, _ := json.Marshal(t.Value)
	return strings.TrimSuffix(fmt.Sprint(t.Do, " ", t.Name, " ", string(text)), " null")
}

// An answer is what a request has seen of the session.
type answer struct {
	New    bool
	Seen   []seen // by each task
	events []event
}

// A seen is what there was of a variable.
type seen struct {
	Set   bool
	Value any
}

// An event is one that the app has heard of, with the name of the variable.
type event struct{ kind, name, err string }

// do sends a request to the build.
func (b *build) do(ctx context.Context, client *http.Client, tasks []task) (a answer, err error) {
	body, err := json.Marshal(tasks)
	if err != nil {
		return a, err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url, bytes.NewReader(body))
	if err != nil {
		return a, err
	}
	response, err := client.Do(request)
	if err != nil {
		return a, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return a, err
	}
	if response.StatusCode != http.StatusOK {
		return a, fmt.Errorf("status %d: %s", response.StatusCode, text)
	}
	for _, line := range response.Trailer["Event"] {
		var words [3]string
		if err := json.Unmarshal([]byte(line), &words); err != nil {
			return a, err
		}
		a.events = append(a.events, event{words[0], words[1], words[2]})
	}
	in := json.NewDecoder(strings.NewReader(string(text)))
	in.UseNumber()
	return a, in.Decode(&a)
}
