package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// A variable is one that this version declares.
type variable struct {
	name  string // in the store
	field reflect.StructField
}

// variables returns all that are declared. A name in the store without a tag is the
// field's own in small letters, for all fields here have names of one word.
func variables() []variable {
	var list []variable
	for _, f := range reflect.VisibleFields(reflect.TypeFor[SessionFields]()) {
		name, _, _ := strings.Cut(f.Tag.Get("session"), ",")
		if !f.Anonymous {
			list = append(list, variable{cmp.Or(name, strings.ToLower(f.Name)), f})
		}
	}
	return list
}

func find(name string) (variable, error) {
	for _, v := range variables() {
		if v.name == name {
			return v, nil
		}
	}
	return variable{}, fmt.Errorf("this version does not declare %q", name)
}

// seen is what there was of a variable.
type seen struct {
	Set   bool
	Value any
}

// call calls an accessor.
func (v variable) call(s *Session, verb string, args ...any) []reflect.Value {
	var in []reflect.Value
	for _, arg := range args {
		in = append(in, reflect.ValueOf(arg))
	}
	return reflect.ValueOf(s).MethodByName(verb + v.field.Name).Call(in)
}

func (v variable) get(ctx context.Context, s *Session) (seen, error) {
	var args []any
	if v.isLazy() {
		args = append(args, ctx)
	}
	got, has := v.call(s, "Get", args...), v.call(s, "Has", args...)
	for _, result := range [][]reflect.Value{got, has} {
		if v.isLazy() && !result[1].IsNil() {
			return seen{}, result[1].Interface().(error)
		}
	}
	return seen{has[0].Bool(), got[0].Interface()}, nil
}

func (v variable) isLazy() bool {
	get, _ := reflect.TypeFor[*Session]().MethodByName("Get" + v.field.Name)
	return get.Type.NumIn() > 1
}

func (v variable) set(s *Session, text json.RawMessage) error {
	value := reflect.New(v.field.Type)
	if err := json.Unmarshal(text, value.Interface()); err != nil {
		return err
	}
	v.call(s, "Set", value.Elem().Interface())
	return nil
}

// update changes the variable by compare-and-swap, and tells what it was.
func (v variable) update(ctx context.Context, s *Session, by json.RawMessage) (was seen, err error) {
	signature := reflect.FuncOf([]reflect.Type{reflect.PointerTo(v.field.Type)}, []reflect.Type{reflect.TypeFor[error]()}, false)
	fn := reflect.MakeFunc(signature, func(args []reflect.Value) []reflect.Value {
		var text []byte
		if text, err = json.Marshal(args[0].Interface()); err == nil {
			was.Value = json.RawMessage(text)
			err = change(args[0].Elem(), by)
		}
		result := reflect.New(reflect.TypeFor[error]()).Elem()
		if err != nil {
			result.Set(reflect.ValueOf(err))
		}
		return []reflect.Value{result}
	})
	if result := v.call(s, "Update", ctx, fn.Interface())[0]; !result.IsNil() {
		return was, result.Interface().(error)
	}
	return was, nil
}

// change adds to integers and lists, sets fields of structs and elements of maps,
// and replaces all else.
func change(value reflect.Value, by json.RawMessage) error {
	switch {
	case value.CanInt():
		var n int64
		err := json.Unmarshal(by, &n)
		value.SetInt(value.Int() + n)
		return err
	case shapeOf(value.Type()).Kind == "list":
		more := reflect.New(value.Type())
		err := json.Unmarshal(by, more.Interface())
		value.Set(reflect.AppendSlice(value, more.Elem()))
		return err
	}
	return json.Unmarshal(by, value.Addr().Interface())
}

func (v variable) pop(s *Session) seen { return seen{Value: v.call(s, "Pop")[0].Interface()} }
