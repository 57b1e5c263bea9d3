package schemafile

import (
	"bytes"
	"testing"
)

func FuzzParse(f *testing.F) {
	f.Add([]byte(preface + "cart json [] struct lazy ttl=2h\ncart[].Name string\ncart was [] string accepted\nkeep removed int evictable\n"))
	f.Add([]byte("a struct\na.B.C [] like a.B\na.B.D[] {}\r\n"))
	f.Add([]byte("a [] struct\na[].B int\na[string].B int\n"))
	f.Add([]byte("lazy [] like lazy lazy evictable\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		text := file.Text()
		again, err := Parse(text)
		if err != nil || !bytes.Equal(again.Text(), text) {
			t.Fatalf("%q is written as\n%s\nand then as\n%s%v", data, text, again.Text(), err)
		}
		next, problems := file.Next(Change{})
		if len(problems) > 0 {
			t.Errorf("where nothing is declared nothing is wrong, but %v", problems)
		}
		if _, err := Parse(next.Text()); err != nil {
			t.Errorf("the next file can't be read: %v\n%s", err, next.Text())
		}
	})
}
