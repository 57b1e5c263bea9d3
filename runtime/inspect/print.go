package inspect

import (
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// How much of a value is shown.
const (
	maxShown = 8 << 10 // bytes
	maxDepth = 16      // of values in one another
)

// text returns a value for people to read, and whether that is all of it. What a type
// says of itself, by LogValue, String or Error, is taken for it, because that is where
// types hide what nobody should read. So fields that are not exported are left out.
func text(v any) (shown string, whole bool) {
	p := printer{}
	p.value(reflect.ValueOf(v), 0)
	shown = p.b.String()
	if len(shown) <= maxShown {
		return shown, !p.cut
	}
	return shown[:whereCut(shown, maxShown)], false
}

// whereCut returns the last place up to n where s can be cut without cutting a letter.
func whereCut(s string, n int) int {
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// A printer collects the text of one value.
type printer struct {
	b   strings.Builder
	cut bool // something is left out
}

// full tells whether there is enough, so that a large value takes no longer.
func (p *printer) full() bool {
	if p.b.Len() > maxShown {
		p.cut = true
	}
	return p.cut
}

func (p *printer) line(depth int) {
	p.b.WriteByte('\n')
	p.b.WriteString(strings.Repeat("    ", depth))
}

func (p *printer) value(v reflect.Value, depth int) {
	switch {
	case p.full():
		return
	case !v.IsValid():
		p.b.WriteString("nil")
		return
	case depth > maxDepth:
		p.b.WriteString("…")
		p.cut = true
		return
	case p.own(v):
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			p.b.WriteString("nil")
			return
		}
		if v.Kind() == reflect.Pointer {
			p.b.WriteByte('&')
		}
		p.value(v.Elem(), depth+1)
	case reflect.String:
		p.quote(v.String())
	case reflect.Struct:
		p.fields(v, depth)
	case reflect.Map:
		p.entries(v, depth)
	case reflect.Slice, reflect.Array:
		p.elements(v, depth)
	default:
		fmt.Fprint(&p.b, v.Interface())
	}
}

// own prints what a type says of itself, if it does.
func (p *printer) own(v reflect.Value) (done bool) {
	if (v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface) && v.IsNil() {
		return false
	}
	at := reflect.New(v.Type()) // its methods may be those of the pointer
	at.Elem().Set(v)
	said, ok := say(v.Interface(), at.Interface())
	if ok {
		p.b.WriteString(said)
	}
	return ok
}

// say returns what the first of the values, which are one, says of itself.
func say(values ...any) (said string, ok bool) {
	defer func() {
		if recover() != nil {
			said, ok = "(its own method panics)", true
		}
	}()
	for _, v := range values {
		switch v := v.(type) {
		case slog.LogValuer:
			said = slog.AnyValue(v).Resolve().String()
		case time.Time: // String would tell of the monotonic clock, too
			said = v.Format(time.RFC3339Nano)
		case error:
			said = v.Error()
		case fmt.Stringer:
			said = v.String()
		default:
			continue
		}
		return visible(said), true
	}
	return "", false
}

func (p *printer) quote(s string) {
	if len(s) > maxShown {
		s, p.cut = s[:whereCut(s, maxShown)], true
	}
	p.b.WriteString(strconv.Quote(s))
}

// visible is s with what can't be seen escaped.
func visible(s string) string {
	if len(s) > 2*maxShown { // more than is shown, so that it is said to be cut
		s = s[:whereCut(s, 2*maxShown)]
	}
	if quoted := strconv.Quote(s); quoted[1:len(quoted)-1] != s && !strings.ContainsAny(s, `"\`) {
		return quoted
	}
	return s
}

func (p *printer) fields(v reflect.Value, depth int) {
	p.b.WriteByte('{')
	hidden := 0
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			hidden++
			continue
		}
		p.line(depth + 1)
		p.b.WriteString(f.Name + ": ")
		p.value(v.Field(i), depth+1)
		if p.full() {
			return
		}
	}
	switch {
	case hidden == v.NumField() && hidden > 0:
		p.b.WriteString("… of type " + v.Type().String())
	case hidden < v.NumField():
		p.line(depth)
	}
	p.b.WriteByte('}')
}

func (p *printer) entries(v reflect.Value, depth int) {
	if v.Len() == 0 {
		p.b.WriteString("{}")
		return
	}
	type entry struct {
		key   string
		value reflect.Value
	}
	var all []entry
	for iter := v.MapRange(); iter.Next() && len(all) < maxShown; {
		key := printer{}
		key.value(iter.Key(), depth+1)
		all = append(all, entry{key.b.String(), iter.Value()})
	}
	slices.SortFunc(all, func(a, b entry) int { return strings.Compare(a.key, b.key) })
	p.b.WriteByte('{')
	for _, e := range all {
		p.line(depth + 1)
		p.b.WriteString(e.key + ": ")
		p.value(e.value, depth+1)
		if p.full() {
			return
		}
	}
	p.line(depth)
	p.b.WriteByte('}')
}

func (p *printer) elements(v reflect.Value, depth int) {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		p.bytes(v)
		return
	}
	if v.Len() == 0 {
		p.b.WriteString("[]")
		return
	}
	p.b.WriteByte('[')
	for i := range v.Len() {
		p.line(depth + 1)
		p.value(v.Index(i), depth+1)
		if p.full() {
			return
		}
	}
	p.line(depth)
	p.b.WriteByte(']')
}

// bytes prints text as text, and all else in hex.
func (p *printer) bytes(v reflect.Value) {
	n := min(v.Len(), maxShown/2)
	p.cut = p.cut || n < v.Len()
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(v.Index(i).Uint())
	}
	if s := string(data); utf8.ValidString(s) && strconv.Quote(s) == `"`+s+`"` {
		p.quote(s)
		return
	}
	fmt.Fprintf(&p.b, "% x", data)
}
