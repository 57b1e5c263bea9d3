package faults

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessiongen/sessiongen/runtime"
)

// asApp tells the test binary to be the app that is killed: it holds the address
// of the server.
const asApp = "FAULTS_APP_WITH_MEMCACHED"

// appWriters is how many sessions the app writes at once.
const appWriters = 8

// The app gets the token of a session for each writer, and writes to it until
// it is killed. It says what it is about to do, and when that is acknowledged:
//
//	WRITER set NUMBER
//	WRITER ok
//	WRITER renew
//	WRITER ok TOKEN
func runApp(addr string, tokens io.Reader, say io.Writer) {
	sessions, err := NewSessions(runtime.Config{Store: openStore(addr), Logger: silent})
	if err != nil {
		panic(err)
	}
	var lines sync.Mutex
	var writers sync.WaitGroup
	for in := bufio.NewScanner(tokens); in.Scan(); {
		writer, token, _ := strings.Cut(in.Text(), " ")
		writers.Go(func() {
			tell := func(what ...any) {
				lines.Lock()
				defer lines.Unlock()
				fmt.Fprint(say, writer, " ", fmt.Sprintln(what...))
			}
			for n := 1; token != ""; n++ {
				token = writeAsApp(sessions, token, n, tell)
			}
		})
	}
	writers.Wait()
}

// writeAsApp does one of the things that an app does with a session, and returns
// the token to go on with.
func writeAsApp(sessions *Sessions, token string, n int, tell func(...any)) string {
	ctx := context.Background()
	s, err := sessions.Open(ctx, token)
	if err != nil {
		panic(err)
	}
	switch rand.N(20) {
	case 0:
		tell("destroy")
		err, token = s.Destroy(ctx), ""
	case 1, 2, 3:
		tell("renew")
		err = s.Renew(ctx)
		if c := s.Cookie(); c != nil {
			token = c.Value
		}
	case 4:
		tell("clear")
		s.ClearWord()
		s.ClearCount()
		s.ClearCart()
		s.ClearDraft()
		err = s.Save(ctx)
	default:
		tell("set", n)
		s.SetWord(fmt.Sprint(n))
		s.SetCount(n)
		s.SetCart([]string{fmt.Sprint(n)})
		s.SetDraft(fmt.Sprint(n))
		err = s.Save(ctx)
	}
	if err != nil {
		panic(err)
	}
	tell("ok", token)
	return token
}

// A told is what the app has told of one session.
type told struct {
	token  string
	values belief // of each variable; empty is not set
	doing  string // what is not acknowledged
	ended  bool
}

func (x *told) hear(words []string) {
	switch words[0] {
	case "ok":
		switch {
		case x.doing == "destroy":
			x.ended = true
		case x.doing == "renew":
			x.token = words[1]
		default:
			x.values = x.values[len(x.values)-1:]
		}
		x.doing = ""
	case "set":
		x.doing, x.values = "set", append(x.values, words[1])
	case "clear":
		x.doing, x.values = "clear", append(x.values, "")
	default:
		x.doing = words[0]
	}
}

func TestKilledAppLeavesNoHalfSession(t *testing.T) {
	server := startServer(t)
	sessions := newSessions(t, runtime.Config{Store: storeAt(t, limits{}, server.addr), OnEvent: failOnLoss(t)})
	interrupted := map[string]int{}
	unlisted := 0
	for range times(16, 4000) {
		all := make([]told, appWriters)
		for i := range all {
			all[i] = told{token: mustIssue(t, sessions, SessionFields{Owner: fmt.Sprint(i)}), values: belief{""}}
		}
		killApp(t, server.addr, all)
		for i := range all {
			interrupted[all[i].doing]++
			if checkTold(t, server, sessions, i, &all[i]) {
				unlisted++
			}
		}
		if t.Failed() {
			return
		}
	}
	t.Logf("killed while doing %v; %d sessions held a value that was not listed yet", interrupted, unlisted)
}

// killApp runs the app, kills it as soon as it has told something, at random,
// and hears what it had told.
func killApp(t *testing.T, addr string, all []told) {
	t.Helper()
	app := exec.Command(os.Args[0], fmt.Sprintf("-plain=%t", *plain), fmt.Sprintf("-valkey=%t", *onValkey))
	app.Env = append(os.Environ(), asApp+"="+addr)
	app.Stderr = t.Output()
	var tokens strings.Builder
	for i := range all {
		fmt.Fprintln(&tokens, i, all[i].token)
	}
	app.Stdin = strings.NewReader(tokens.String())
	out, err := app.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := app.Start(); err != nil {
		t.Fatal(err)
	}
	kill := sync.OnceFunc(func() {
		// Long enough that each writer has begun, and at times much longer.
		time.AfterFunc(rand.N(30*time.Millisecond), func() { app.Process.Kill() })
	})
	for in := bufio.NewReader(out); ; {
		line, err := in.ReadString('\n')
		if err != nil {
			break // a last line that was cut says nothing
		}
		kill()
		words := strings.Fields(line)
		var i int
		if _, err := fmt.Sscan(words[0], &i); err != nil {
			t.Fatalf("the app says %q", line)
		}
		all[i].hear(words[1:])
	}
	kill()
	app.Wait()
}

// checkTold fails the test unless the session is what the app has told, and goes
// on well. It tells whether a variable was written and not listed.
func checkTold(t *testing.T, server *server, sessions *Sessions, i int, x *told) (unlisted bool) {
	t.Helper()
	s := mustOpen(t, sessions, x.token)
	if s.IsNew() {
		if !x.ended && x.doing != "renew" && x.doing != "destroy" {
			t.Errorf("in the midst of %q the session was lost", x.doing)
		}
		return false
	}
	cart, err := s.GetCart(t.Context())
	if err != nil {
		t.Error(err)
	}
	v := s.Values()
	if x.ended || v.Owner != fmt.Sprint(i) {
		t.Errorf("the session of %d, ended: %v, is of %q", i, x.ended, v.Owner)
	}
	count, carted := "", ""
	if s.HasCount() {
		count = fmt.Sprint(v.Count)
	}
	if len(cart) > 0 {
		carted = cart[0]
	}
	for name, is := range map[string]string{"word": v.Word, "draft": v.Draft, "cart": carted, "count": count} {
		if !x.values.allows(is) {
			t.Errorf("in the midst of %q, %s is %q and none of %q", x.doing, name, is, x.values)
		}
		if _, stored := server.size("session:" + s.ID() + "-" + name); stored && is == "" && x.doing == "set" {
			unlisted = true
		}
	}
	// What the app left behind must not be in the way.
	s.SetWord("after")
	s.SetDraft("after")
	if err := s.Save(t.Context()); err != nil {
		t.Errorf("after the app was killed: %v", err)
	}
	if v := mustOpen(t, sessions, x.token).Values(); v.Word != "after" || v.Draft != "after" || v.Owner != fmt.Sprint(i) {
		t.Errorf("after the app was killed the session holds %+v", v)
	}
	return unlisted
}
