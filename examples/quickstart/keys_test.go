package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// Keys as a file has them.
var (
	aKey       = base64.StdEncoding.EncodeToString([]byte("one key of 32 bytes for the test"))
	anotherKey = base64.StdEncoding.EncodeToString([]byte("and one more key of 32 bytes too"))
)

func keyFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "keys")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestKeysAreReadOneALine(t *testing.T) {
	one, two := []byte("one key of 32 bytes for the test"), []byte("and one more key of 32 bytes too")
	for text, want := range map[string][][]byte{
		aKey:                            {one},
		aKey + "\n":                     {one},
		aKey + "\n" + anotherKey + "\n": {one, two},
		"\n " + anotherKey + "\r\n\n" + aKey + "\r\n": {two, one},
	} {
		got, err := openKeys(keyFile(t, text))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %q, %v", text, got, err)
		}
	}
}

func TestWithoutAFileEachProcessHasAKeyOfItsOwn(t *testing.T) {
	var all [2][][]byte
	for i := range all {
		keys, err := openKeys("")
		if err != nil || len(keys) != 1 || len(keys[0]) != 32 {
			t.Fatalf("%d keys, %v", len(keys), err)
		}
		all[i] = keys
	}
	if bytes.Equal(all[0][0], all[1][0]) {
		t.Error("the keys are the same")
	}
}

func TestBadKeysAreSaidWithStatus1AndNotShown(t *testing.T) {
	const secret = "c2VjcmV0"
	cases := map[string]struct{ file, want string }{
		"no such file":               {filepath.Join(t.TempDir(), secret), "no such file"},
		"a key in place of its file": {secret, "no such file"},
		"nothing":                    {keyFile(t, " \n"), "is empty; openssl rand -base64 32"},
		"no base64":                  {keyFile(t, aKey+"\n\n"+secret+"!\n"), "line 3"},
		"a name before the key":      {keyFile(t, "key="+aKey), "line 1"},
		"a base64 of another kind":   {keyFile(t, strings.TrimRight(aKey, "=")), "line 1"},
		"too short":                  {keyFile(t, secret), "key 0 has 6 bytes"},
		"too long":                   {keyFile(t, aKey+"\n"+strings.Repeat(secret, 11)), "key 1 has 66 bytes"},
		"the same twice":             {keyFile(t, aKey+"\n"+aKey), "the same"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var stdout, stderr bytes.Buffer
			status := run(t.Context(), []string{"-addr", "127.0.0.1:0", "-keys", c.file}, noEnv, &stdout, &stderr)
			if status != 1 || stdout.Len() > 0 || !strings.Contains(stderr.String(), c.want) {
				t.Errorf("status %d, stdout %q, stderr %q", status, &stdout, &stderr)
			}
			for _, key := range []string{secret, aKey[:8], "secret", "one key"} {
				if strings.Contains(stderr.String(), key) {
					t.Errorf("%q has %q in it", &stderr, key)
				}
			}
		})
	}
}

func TestHelpDoesNotShowAKeyInPlaceOfItsFile(t *testing.T) {
	env := map[string]string{"SESSION_KEYS_FILE": aKey}
	for _, args := range [][]string{{"-h"}, {"-surprise"}, {"surprise"}} {
		var stdout, stderr bytes.Buffer
		run(t.Context(), args, func(name string) string { return env[name] }, &stdout, &stderr)
		if strings.Contains(stdout.String()+stderr.String(), aKey) {
			t.Errorf("%q: stdout %q, stderr %q", args, &stdout, &stderr)
		}
	}
}

func TestRandomKeyIsSaidWhereTheSessionsCouldOutliveIt(t *testing.T) {
	keys := keyFile(t, aKey)
	for args, said := range map[string]bool{
		"":                             false,
		"-keys " + keys:                false,
		"-memcached a:1":               true,
		"-memcached a:1 -keys " + keys: false,
	} {
		ctx, stop := context.WithCancel(t.Context())
		stop() // so that the shop closes when it has opened
		var stdout bytes.Buffer
		if status := run(ctx, append(strings.Fields(args), "-addr", "127.0.0.1:0"), noEnv, &stdout, t.Output()); status != 0 {
			t.Errorf("%s: status %d", args, status)
		}
		if strings.Contains(stdout.String(), "openssl rand -base64 32") != said {
			t.Errorf("%s: stdout %q", args, &stdout)
		}
	}
}

func TestSessionsOutliveTheProcessWithAKeyFileAlone(t *testing.T) {
	keys, servers := keyFile(t, aKey), startMemcached(t)
	args := []string{"-addr", "127.0.0.1:0", "-memcached", servers}
	kept := append(args, "-keys", keys)

	b := newBrowser(t, openAt(t, kept, nil), openAt(t, kept, nil))
	b.get("/")
	b.get("/").mustHave(t, "<strong>2</strong> times")

	b = newBrowser(t, openAt(t, args, nil), openAt(t, args, nil))
	b.get("/")
	b.get("/").mustHave(t, "your first visit")
}

func TestKeysCanBeChanged(t *testing.T) {
	store := inMemory()
	shop := func(text string) string {
		keys, err := openKeys(keyFile(t, text))
		if err != nil {
			t.Fatal(err)
		}
		return openShopWith(t, store, keys)
	}
	b := newBrowser(t, shop(aKey))
	b.submit("/login", "name", "Ada")

	b.copies = []string{shop(anotherKey + "\n" + aKey)}

	b.get("/").mustHave(t, "Hello, Ada.")
	other := b.stranger()
	other.submit("/login", "name", "Ada")
	if n := len(other.get("/devices").devices(t)); n != 2 {
		t.Errorf("%d devices, not 2", n)
	}
	b.submit("/devices/end-others")
	other.get("/").mustHave(t, "Hello, stranger.")
}
