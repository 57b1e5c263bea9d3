package tag

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestDefaultNameIsSnakeCase(t *testing.T) {
	for field, want := range map[string]string{
		"Token":     "token",
		"UserID":    "user_id",
		"OAuth":     "o_auth",
		"HTTPSURL":  "httpsurl",
		"HTTPSUrl":  "https_url",
		"F0":        "f0",
		"V2Name":    "v2_name",
		"X9y":       "x9y",
		"ID":        "id",
		"IDs":       "i_ds",
		"User_ID":   "user_id",
		"A_B":       "a_b",
		"ABc":       "a_bc",
		"MD5Sum":    "md5_sum",
		"Aa0B":      "aa0_b",
		"UTF8":      "utf8",
		"lowerCase": "lower_case",
		"A":         "a",
	} {
		o, errs := Parse("", field)
		if o.Name != want || len(errs) > 0 {
			t.Errorf("field %s: name %q, errors %v; want %q", field, o.Name, errs, want)
		}
	}
}

func TestTagIsUnderstood(t *testing.T) {
	long := strings.Repeat("x", 64)
	for tag, want := range map[string]Options{
		``:                                {Name: "field"},
		`json:"other"`:                    {Name: "field"},
		`session:""`:                      {Name: "field"},
		`session:"name"`:                  {Name: "name"},
		`session:"_0"`:                    {Name: "_0"},
		`session:"` + long + `"`:          {Name: long},
		`session:"-"`:                     {Skip: true},
		`session:",lazy"`:                 {Name: "field", Lazy: true},
		`session:"n,flash"`:               {Name: "n", Flash: true},
		`session:",evictable"`:            {Name: "field", Evictable: true},
		`session:",json"`:                 {Name: "field", JSON: true},
		`session:",ttl=2h"`:               {Name: "field", TTL: 2 * time.Hour, Evictable: true},
		`session:",ttl=1m30s,evictable"`:  {Name: "field", TTL: 90 * time.Second, Evictable: true},
		`session:",json,lazy,ttl=0.5h"`:   {Name: "field", JSON: true, Lazy: true, TTL: 30 * time.Minute, Evictable: true},
		`json:"a,omitempty" session:"b"`:  {Name: "b"},
		`session:"b" sessions:"another"`:  {Name: "b"},
		`Session:"other" session:"mine" `: {Name: "mine"},
		`session:"\u0061"`:                {Name: "a"},
	} {
		o, errs := Parse(tag, "Field")
		if o != want || len(errs) > 0 {
			t.Errorf("`%s`: %+v, errors %q; want %+v", tag, o, errs, want)
		}
	}
}

func TestMistakesInATagAreReportedWithRemedies(t *testing.T) {
	const ttlRemedy = "; write whole seconds, minutes or hours, such as ttl=90s or ttl=2h"
	for tag, want := range map[string][]string{
		`session:"lazy"`:            {`option "lazy" is in the place of the name; write session:",lazy"`},
		`session:",lasy"`:           {`unknown option "lasy"; did you mean "lazy"?`},
		`session:",lzay"`:           {`unknown option "lzay"; did you mean "lazy"?`},
		`session:",Flash"`:          {`unknown option "Flash"; did you mean "flash"?`},
		`session:", lazy"`:          {`unknown option " lazy"; did you mean "lazy"?`},
		`session:",evictible"`:      {`unknown option "evictible"; did you mean "evictable"?`},
		`session:",ttl:2h"`:         {`unknown option "ttl:2h"; did you mean one like ttl=2h?`},
		`session:",TTL=2h"`:         {`unknown option "TTL=2h"; did you mean one like ttl=2h?`},
		`session:",omitempty"`:      {`unknown option "omitempty"; the options are lazy, flash, ttl=2h, evictable and json`},
		`session:",x"`:              {`unknown option "x"; the options are lazy, flash, ttl=2h, evictable and json`},
		`session:",lazy,"`:          {`empty option; remove the comma before it, or write one of lazy, flash, ttl=2h, evictable and json`},
		`session:","`:               {`empty option; remove the comma before it, or write one of lazy, flash, ttl=2h, evictable and json`},
		`session:",lazy=true"`:      {`option "lazy" has no value; write "lazy"`},
		`session:",lazy,json,lazy"`: {`option "lazy" is given twice; remove one`},
		`session:",ttl=1s,ttl=2s"`:  {`option "ttl" is given twice; remove one`},
		`session:",lazy,flash"`:     {`flash and lazy exclude each other; remove one of them`},
		`session:"-,lazy"`:          {`a skipped field has no options; write session:"-"`},
		`session:"-,"`:              {`a skipped field has no options; write session:"-"`},

		`session:",ttl"`:       {`ttl has no duration` + ttlRemedy},
		`session:",ttl="`:      {`ttl has no duration` + ttlRemedy},
		`session:",ttl=2"`:     {`ttl "2" is no duration` + ttlRemedy},
		`session:",ttl=7d"`:    {`ttl "7d" is no duration` + ttlRemedy},
		`session:",ttl=0"`:     {`ttl "0" is not positive` + ttlRemedy},
		`session:",ttl=-1h"`:   {`ttl "-1h" is not positive` + ttlRemedy},
		`session:",ttl=1.5s"`:  {`ttl "1.5s" has a fraction of a second` + ttlRemedy},
		`session:",ttl=500ms"`: {`ttl "500ms" has a fraction of a second` + ttlRemedy},

		`session:"UserID"`: {`name "UserID" is not 1 to 64 of a-z, 0-9 and _; write "user_id"`},
		`session:" name"`:  {`name " name" is not 1 to 64 of a-z, 0-9 and _; write "name"`},
		`session:"a-b"`:    {`name "a-b" is not 1 to 64 of a-z, 0-9 and _; use other letters`},
		`session:"größe"`:  {`name "größe" is not 1 to 64 of a-z, 0-9 and _; use other letters`},
		`session:"ttl=2h"`: {`option "ttl=2h" is in the place of the name; write session:",ttl=2h"`},
		`session:"` + strings.Repeat("x", 65) + `"`: {
			`name "` + strings.Repeat("x", 65) + `" is not 1 to 64 of a-z, 0-9 and _; shorten it`,
		},

		`session:name`:                  {`malformed struct tag, no quoted value at "session:name"; write it as session:"value"`},
		"session:`name`":                {"malformed struct tag, no quoted value at \"session:`name`\"; write it as session:\"value\""},
		`session:'name'`:                {`malformed struct tag, no quoted value at "session:'name'"; write it as session:"value"`},
		`session:"name`:                 {`malformed struct tag, no quoted value at "session:\"name"; write it as session:"value"`},
		`session: "name"`:               {`malformed struct tag, no quoted value at "session: \"name\""; write it as session:"value"`},
		`session:"\x"`:                  {`malformed struct tag, no quoted value at "session:\"\\x\""; write it as session:"value"`},
		`session`:                       {`malformed struct tag, no key and colon at "session"; write it as session:"name,option"`},
		`session "name"`:                {`malformed struct tag, no key and colon at "session \"name\""; write it as session:"name,option"`},
		`lazy`:                          {`malformed struct tag, no key and colon at "lazy"; write it as session:"name,option"`},
		`:"name"`:                       {`malformed struct tag, no key and colon at ":\"name\""; write it as session:"name,option"`},
		`json:"a",session:"b"`:          {`malformed struct tag, no space before ",session:\"b\""; separate the pairs with one space`},
		`json:a session:"b"`:            {`malformed struct tag, no quoted value at "json:a session:\"b\""; write it as json:"value"`},
		`session:"a" session:"b"`:       {`the tag has two session keys; join them into one`},
		`Session:"name,lazy"`:           {`unknown tag key "Session"; write session:"name,lazy"`},
		`json:"x" sesion:"-"`:           {`unknown tag key "sesion"; write session:"-"`},
		`version:"2" mission:"x" a:"b"`: nil,

		`session:"A B,lasy,ttl=x,json,json"`: {
			`name "A B" is not 1 to 64 of a-z, 0-9 and _; use other letters`,
			`unknown option "lasy"; did you mean "lazy"?`,
			`ttl "x" is no duration` + ttlRemedy,
			`option "json" is given twice; remove one`,
		},
	} {
		_, errs := Parse(tag, "Field")
		var got []string
		for _, err := range errs {
			got = append(got, err.Error())
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("`%s`:\n got %q\nwant %q", tag, got, want)
		}
	}
}

func TestFieldWithOtherLettersNeedsAName(t *testing.T) {
	const kelvin = "\u212a" // its lower case is an ASCII k
	for field, want := range map[string]string{
		"Größe":                 `the field's name has other letters than a-z; give a name in the tag, as in session:"name"`,
		kelvin:                  `the field's name has other letters than a-z; give a name in the tag, as in session:"name"`,
		strings.Repeat("A", 65): `the field's name is too long to store; give a name of at most 64 characters in the tag, as in session:"name"`,
	} {
		o, errs := Parse(`session:",lazy"`, field)
		if len(errs) != 1 || errs[0].Error() != want || o.Name != "" || !o.Lazy {
			t.Errorf("field %s: %+v, errors %q; want %q", field, o, errs, want)
		}
		o, errs = Parse(`session:"size"`, field)
		if len(errs) > 0 || o.Name != "size" {
			t.Errorf("field %s with a name in the tag: %+v, errors %q", field, o, errs)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(``, "UserID")
	f.Add(`json:"x" session:"name,lazy,ttl=2h"`, "F")
	f.Add(`session:"-"`, "f")
	f.Add(`session:"a" session:"b"`, "Größe")
	f.Add(`Session:"a\"`, "")
	f.Fuzz(func(t *testing.T, tag, field string) {
		o, errs := Parse(tag, field)
		for _, err := range errs {
			if !strings.Contains(err.Error(), "; ") {
				t.Errorf("no remedy in %q", err)
			}
		}
		if len(errs) > 0 {
			return
		}
		pairs, err := scan(tag)
		if err != nil {
			t.Fatalf("accepted, although the tag is malformed: %v", err)
		}
		for _, p := range pairs {
			if _, ok := reflect.StructTag(tag).Lookup(p.key); !ok {
				t.Errorf("package reflect doesn't find key %q", p.key)
			}
		}
		value := reflect.StructTag(tag).Get("session")
		if o.Skip != (value == "-") || o.Skip && o != (Options{Skip: true}) {
			t.Errorf("value %q: %+v", value, o)
		}
		if o.Skip {
			return
		}
		if given, _, _ := strings.Cut(value, ","); given != "" && o.Name != given {
			t.Errorf("name %q, want %q", o.Name, given)
		}
		if !valid(o.Name) || o.Flash && o.Lazy || o.TTL < 0 || o.TTL%time.Second != 0 || o.TTL > 0 && !o.Evictable {
			t.Errorf("accepted %+v", o)
		}
	})
}
