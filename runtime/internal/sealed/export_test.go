package sealed

var DecodeRecord = decodeRecord

func (r Record) Encode() []byte { return r.encode() }

func (b Body) Check() error { return b.check() }

const MaxNameLength = maxNameLength
