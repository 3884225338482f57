package weights

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/condmean/condmean/internal/hostile"
	"github.com/condmean/condmean/internal/limit"
)

// selfish are pickles of objects that hold themselves or each other many times.
func selfish() map[string]string {
	list := "]q\x00" + "h\x00a" // a list that holds itself
	doubling := "]q\x00"
	for i := range 60 {
		doubling += "](" + "h" + string(rune(i)) + "h" + string(rune(i)) + "e" + "q" + string(rune(i+1))
	}
	big := str(strings.Repeat("s", 1<<16)) + "q\x00"
	return map[string]string{
		"list in itself": list, "dictionary in itself": "}q\x00" + str("a") + "h\x00s", "tuple in itself": "]q\x00(h\x00tq\x010h\x00h\x01a",
		"doubling lists": doubling, "doubling tuples": ")q\x00" + strings.Repeat("h\x00h\x00\x86q\x00", 60),
		"a string many times": big + "](" + strings.Repeat("h\x00", 1<<16) + "e",
	}
}

func TestHostileTorchFurther(t *testing.T) {
	files := map[string][]byte{}
	for name, object := range selfish() {
		files["zip, "+name] = torchOf(t, object+".")
		files["zip, called, "+name] = torchOf(t, object+")R.")
		files["zip, built, "+name] = torchOf(t, object+object+"b.")
		files["zip, new, "+name] = torchOf(t, object+")\x81.")
		files["zip, as a global, "+name] = torchOf(t, object+object+"\x93.")
		files["zip, as an argument, "+name] = torchOf(t, global("collections", "OrderedDict")+"("+object+"tR.")
		files["zip, as a tensor, "+name] = torchOf(t, global("torch._utils", "_rebuild_tensor_v2")+"("+object+object+object+object+"tR.")
		files["zip, as a storage, "+name] = torchOf(t, object+"Q.")
		files["zip, as a key, "+name] = torchOf(t, "}("+object+"Nu.")
		magic := "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."
		protocol := "\x80\x02M\xe9\x03."
		files["legacy, protocol, "+name] = []byte(magic + "\x80\x02" + object + ".")
		files["legacy, information, "+name] = []byte(magic + protocol + object + ".")
		files["legacy, byte order, "+name] = []byte(magic + protocol + "}(" + str("little_endian") + object + "u.")
		files["legacy, object, "+name] = []byte(magic + protocol + "}." + object + ".].")
		files["legacy, storages, "+name] = []byte(magic + protocol + "}.}." + object + ".")
		files["legacy, magic, "+name] = []byte("\x80\x02" + object + ".")
	}
	four := strings.Repeat("\x00", 16)
	for i, name := range hostile.Names {
		unknown := strings.ReplaceAll(name, "\n", " ")
		files[fmt.Sprint("global ", i)] = torchOf(t, global(unknown, unknown)+".")
		files[fmt.Sprint("key of a storage ", i)] = torchOf(t, "}"+str("w")+tensor("0", num(4), num(0), num(2), num(9))+"s}"+str(name)+".", four)
		files[fmt.Sprint("two storages ", i)] = torchOf(t, "}("+str("a")+tensor(name, num(4), num(0), num(4), num(1))+str("b")+tensor(name, num(3), num(0), num(3), num(1))+"u.", four)
		files[fmt.Sprint("missing storage ", i)] = torchOf(t, "}"+str(name)+tensor(name, num(4), num(0), num(4), num(1))+"s.", four)
		files[fmt.Sprint("twice ", i)] = torchOf(t, "}("+strings.Repeat(str(name)+tensor("0", num(4), num(0), num(4), num(1)), 2)+"u.", four)
		if len(name) < 1<<15 {
			files[fmt.Sprint("entry ", i)] = archiveOf(t, entry{name: "m/data.pkl", data: "}."}, entry{name: name, data: "x", method: 8})
		}
		files[fmt.Sprint("byte order ", i)] = archiveOf(t, entry{name: "m/byteorder", data: name}, entry{name: "m/data.pkl", data: "}."})
	}
	for op := range 256 { // every opcode with nothing to work on
		files[fmt.Sprintf("opcode %02x", op)] = torchOf(t, string([]byte{byte(op)})+strings.Repeat("\x01", 16)+"\n\n.")
	}
	for name, c := range map[string]string{
		"many dimensions": "}" + str("w") + tensor("0", num(4), num(0), strings.Repeat(num(1), 100_000), strings.Repeat(num(1), 100_000)) + "s.",
		"many marks":      strings.Repeat("(", 1<<20) + ".", "many values": strings.Repeat("N", 8<<20) + ".",
		"many memories": "N" + strings.Repeat("\x94", 8<<20) + ".", "deep tuples": strings.Repeat("\x85", 1<<20) + ".",
		"nothing": ".", "pop a mark": "(1.", "pop below a mark": "N(0.0.", "set below a mark": "}(Ns.", "float": "Fabc\n.", "integer": "Iabc\n.", "integer L": "L12L\n.",
		"get": "gx\n.", "put": "Npx\n.", "negative put": "Np-1\n.", "unknown get": "h\x09.", "rebuild nothing": global("torch._utils", "_rebuild_tensor_v2") + ")R.",
		"parameter of nothing": global("torch._utils", "_rebuild_parameter") + ")R.", "v3 of nothing": global("torch._utils", "_rebuild_tensor_v3") + ")R.",
	} {
		files[name] = torchOf(t, c, four)
	}
	lying := torchOf(t, "}"+str("w")+tensor("0", num(4), num(0), num(4), num(1))+"s.", four)
	for i := 0; i < len(lying); i += 7 { // every seventh byte spoiled, and the file cut there
		spoiled := bytes.Clone(lying)
		spoiled[i] ^= 0xff
		files[fmt.Sprint("spoiled at ", i)] = spoiled
		files[fmt.Sprint("cut at ", i)] = lying[:i]
	}
	for name, file := range files {
		must := strings.HasPrefix(name, "legacy, protocol") || strings.HasPrefix(name, "legacy, magic") || strings.HasPrefix(name, "cut") || strings.HasPrefix(name, "missing")
		t.Run(name, func(t *testing.T) {
			hostile.Withstands(t, must, func() error {
				got, err := ReadTorch(bytes.NewReader(file), int64(len(file)))
				if err != nil {
					return err
				}
				_, err = Choose(&Contents{Arrays: got.Arrays, Unread: got.Unread})
				return err
			})
		})
	}
}

func TestHostileSafetensorsFurther(t *testing.T) {
	one := `{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`
	headers := map[string]string{
		"tensor is a list": `{"a":[]}`, "tensor is a number": `{"a":1}`, "tensor is text": `{"a":"b"}`, "tensor is null": `{"a":null}`, "list": `[]`, "null": `null`, "number": `1`,
		"no type": `{"a":{"shape":[1],"data_offsets":[0,4]}}`, "type is a number": `{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}`,
		"shape is text": `{"a":{"dtype":"F32","shape":"1","data_offsets":[0,4]}}`, "shape of text": `{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}`,
		"shape of fractions": `{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}`, "shape of 1e0": `{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}`,
		"shape of lists": `{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, "huge shape": `{"a":{"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]}}`,
		"zero and huge": `{"a":{"dtype":"F32","shape":[0,18446744073709551615],"data_offsets":[0,0]}}`, "no offsets": `{"a":{"dtype":"F32","shape":[1]}}`,
		"one offset": `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}`, "negative offset": `{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`,
		"offsets of text": `{"a":{"dtype":"F32","shape":[1],"data_offsets":["0","4"]}}`, "huge offsets": `{"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,0]}}`,
		"further key": `{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, "metadata is a list": `{"__metadata__":[],"a":` + one + `}`,
		"metadata of numbers": `{"__metadata__":{"a":1},"a":` + one + `}`, "metadata nested": `{"__metadata__":{"a":{"b":"c"}},"a":` + one + `}`,
		"many dimensions": `{"a":{"dtype":"F32","shape":[1` + strings.Repeat(",1", 500_000) + `],"data_offsets":[0,4]}}`,
		"long type":       `{"a":{"dtype":"` + strings.Repeat("F", 500_000) + `","shape":[1],"data_offsets":[0,4]}}`,
		"deep":            strings.Repeat(`{"a":`, 100_000), "deep list": `{"a":{"dtype":"F32","shape":` + strings.Repeat("[", 100_000),
		"many tensors": "{" + strings.TrimSuffix(strings.Repeat(`"a":{},`, 500_000), ",") + "}",
		"twice":        `{"a":` + one + `,"a":` + one + `}`, "float8": `{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, "float4": `{"a":{"dtype":"F4","shape":[8],"data_offsets":[0,4]}}`,
		"complex": `{"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}}`, "spaces": strings.Repeat(" ", 1<<20), "cut text": `{"a`, "bytes": "\xff\xfe\x00",
	}
	for i, name := range hostile.Names {
		quoted := strings.NewReplacer("\n", `\n`, "\x1b", `\u001b`, "\x00", `\u0000`).Replace(name)
		headers[fmt.Sprint("name, wrong size ", i)] = `{"` + quoted + `":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}`
		headers[fmt.Sprint("name, type ", i)] = `{"` + quoted + `":{"dtype":"` + quoted + `","shape":[1],"data_offsets":[0,4]}}`
		headers[fmt.Sprint("name, nothing ", i)] = `{"` + quoted + `":{}}`
		headers[fmt.Sprint("name, offsets ", i)] = `{"` + quoted + `":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}`
		headers[fmt.Sprint("metadata ", i)] = `{"__metadata__":{"` + quoted + `":1}}`
	}
	for name, header := range headers {
		t.Run(name, func(t *testing.T) {
			file := safetensorsOf(header, "1234")
			hostile.Withstands(t, true, func() error {
				_, _, err := ReadSafetensors(bytes.NewReader(file), int64(len(file)))
				return err
			})
		})
	}
	for _, n := range []uint64{1 << 20, 16 << 20, 16<<20 + 1, 100_000_000, 1 << 40, 1 << 63, 1<<64 - 1, 1<<64 - 8} {
		file := append(binary.LittleEndian.AppendUint64(nil, n), '{', '}')
		hostile.Withstands(t, true, func() error {
			_, _, err := ReadSafetensors(bytes.NewReader(file), int64(len(file)))
			return err
		})
	}
}

func TestHostileNPZFurther(t *testing.T) {
	t.Setenv(limit.Variable, "1000000")
	good := npyOf("'<f4'", "(1,)", "1234")
	files := map[string][]byte{
		"large and compressed": archiveOf(t, entry{name: "a.npy", data: strings.Repeat("\x00", 9_000_000), method: 8}),
		"large together":       archiveOf(t, entry{name: "a.npy", data: strings.Repeat("\x00", 5_000_000), method: 8}, entry{name: "b.npy", data: strings.Repeat("\x00", 5_000_000), method: 8}),
	}
	for i, name := range hostile.Names {
		if len(name) < 1<<15 {
			files[fmt.Sprint("not an array ", i)] = archiveOf(t, entry{name: name, data: good})
			files[fmt.Sprint("twice ", i)] = archiveOf(t, entry{name: name + ".npy", data: good}, entry{name: name + ".npy", data: good})
			files[fmt.Sprint("spoiled ", i)] = archiveOf(t, entry{name: name + ".npy", data: good[:20]})
			files[fmt.Sprint("outside ", i)] = archiveOf(t, entry{name: "../" + name + ".npy", data: good})
		}
		files[fmt.Sprint("type ", i)] = archiveOf(t, entry{name: "a.npy", data: npyOf("'"+name+"'", "(1,)", "1234")})
		files[fmt.Sprint("shape ", i)] = archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", "("+name+",)", "1234")})
	}
	for name, shape := range map[string]string{
		"many dimensions": "(" + strings.Repeat("1,", 30_000) + ")", "many zeros": "(" + strings.Repeat("0,", 30_000) + ")", "long number": "(" + strings.Repeat("9", 60_000) + ",)",
		"zero and huge": "(0, 9223372036854775807)", "negative": "(-1, -1)", "lines": "(1,\n\n\n1)", "no tuple": "1", "nested": "((1,),)", "fraction": "(1.5,)", "text": "('a',)",
	} {
		files["shape, "+name] = archiveOf(t, entry{name: "a.npy", data: npyOf("'<f4'", shape, "1234")})
	}
	for _, descr := range []string{"'|O'", "'<U1'", "'|S4'", "'<M8[ns]'", "'<m8[s]'", "[('a','<f4')]", "'<c8'", "'<f16'", "'|V4'", "''", "'<'", "3", "None", "'<f4", "{}"} {
		files["descr "+descr] = archiveOf(t, entry{name: "a.npy", data: npyOf(descr, "(0,)", "12345678")})
	}
	whole := archiveOf(t, entry{name: "a.npy", data: good}, entry{name: "b.npy", data: good, method: 8})
	for i := 0; i < len(whole); i += 5 {
		spoiled := bytes.Clone(whole)
		spoiled[i] ^= 0xff
		files[fmt.Sprint("spoiled at ", i)] = spoiled
		files[fmt.Sprint("cut at ", i)] = whole[:i]
	}
	// What the directory says about sizes is no more than a claim.
	for i, size := range []uint32{1 << 20, 1 << 30, 1<<32 - 2} {
		lying := bytes.Clone(whole)
		at := bytes.Index(lying, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(lying[at+20:], size)
		binary.LittleEndian.PutUint32(lying[at+24:], size)
		files[fmt.Sprint("lying ", i)] = lying
	}
	for name, file := range files {
		must := !strings.HasPrefix(name, "spoiled at") && !strings.HasPrefix(name, "shape, lines")
		t.Run(name, func(t *testing.T) {
			hostile.Withstands(t, must, func() error {
				_, err := ReadNPZ(bytes.NewReader(file), int64(len(file)))
				return err
			})
		})
	}
}

func TestHostileKeyMap(t *testing.T) {
	long := strings.Repeat("x", 300_000)
	for name, text := range map[string]string{
		"text": "hello", "number": "3", "mapping": "match: a", "list of text": "[a, b]", "list of lists": "[[a]]", "no match": "- {replace: a}", "empty match": "- {match: ''}",
		"unknown key": "- {match: a, with: b}", "long key": "- {match: a, " + long + ": b}", "control": "- {match: a, \"b\\n\\e[2J\": c}", "bad expression": "- {match: '('}",
		"long expression": "- {match: '(" + long + "'}", "huge repetition": "- {match: '(a{1000}){1000}'}", "nested repetition": "- {match: '" + strings.Repeat("(", 2000) + "a" + strings.Repeat("){9}", 2000) + "'}",
		"many rules": strings.Repeat("- {match: a}\n", 20_000), "not YAML": "- {match: a", "tabs": "-\tmatch:\t\ta: b", "binary": "\x00\x01", "bytes": "\xff\xfe", "anchors": "- &a {match: *a}",
		"unknown anchor": "- *" + long, "laughs": "a: &a [x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c]",
		"match is a list": "- {match: [a]}", "match is a section": "- {match: {a: b}}", "drop is text": "- {match: a, drop: maybe}", "drop and replace": "- {match: a, replace: b, drop: true}",
		"tag": "- !!binary aGk=", "other tag": "- {match: !!python/object:os.system a}", "deep": strings.Repeat("- ", 20_000) + "a", "deep flow": strings.Repeat("[", 20_000), "twice": "- {match: a, match: b}",
		"large": strings.Repeat("#", 2<<20), "lookahead": "- {match: '(?=a)'}", "back reference": `- {match: '(a)\1'}`, "name": "- {match: '(?P<" + long + ">a)'}", "class": "- {match: '[" + long + "'}",
		"unicode class": `- {match: '\p{Nothing}'}`, "null list": "- null\n- {match: a}\n- null", "replace is a list": "- {match: a, replace: [b]}", "drop is a number": "- {match: a, drop: 3}", "seven": "- 7",
		"carriage": "- {match: a}\r\n- {match: b, \rx: c}",
	} {
		t.Run(name, func(t *testing.T) {
			harmless := name == "bytes" || name == "name" || name == "null list" || name == "other tag"
			hostile.Withstands(t, !harmless, func() error {
				_, err := ParseKeyMap([]byte(text))
				return err
			})
		})
	}
	// Rules that double a name, each the result of the one before.
	m, err := ParseKeyMap([]byte(strings.Repeat("- {match: '^(.*)$', replace: '$1$1'}\n", 500)))
	if err != nil {
		t.Fatal(err)
	}
	hostile.Withstands(t, false, func() error {
		if name, _ := m.Apply("conv.weight"); len(name) > maxName {
			t.Errorf("a name of %d bytes", len(name))
		}
		return nil
	})
}

// The authors' settings with each value replaced by others.
func TestHostileParams(t *testing.T) {
	good, err := os.ReadFile(filepath.Join(torchDir, "unet1d_gmm", authorsParams))
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("9", 200_000)
	values := []string{"null", "-1", "1e400", "1e18", "1.5", "{}", "[]", `"\u001b[2J\n"`, `"` + strings.Repeat("x", 200_000) + `"`, "[" + strings.Repeat("1,", 100_000) + "1]", long}
	n := 0
	for _, key := range []string{"data_shape", "which_schedule", "num_timesteps", "beta_start", "beta_end", "objective", "loss_type", "loss_weighting", "unet_dict", "ch_data", "ch_out", "ch_init", "kernel_size", "mode", "ch_multipliers", "num_res_blocks", "dropout", "norm_type"} {
		for _, value := range values {
			dir := t.TempDir()
			changed := replaceValue(string(good), key, value)
			if changed == string(good) {
				t.Fatalf("%s is not there", key)
			}
			if err := os.WriteFile(filepath.Join(dir, authorsParams), []byte(changed), 0o600); err != nil {
				t.Fatal(err)
			}
			n++
			hostile.Withstands(t, true, func() error { // there are no weights
				_, err := ReadAuthors(dir)
				if err != nil {
					err = fmt.Errorf("%s", strings.ReplaceAll(err.Error(), dir, ""))
				}
				return err
			})
		}
	}
	t.Logf("%d files", n)
}

// replaceValue replaces the values of a key in JSON as Python indents it.
func replaceValue(text, key, value string) string {
	at := strings.Index(text, `"`+key+`": `)
	if at < 0 {
		return text
	}
	at += len(key) + 4
	end, depth := at, 0
	for ; end < len(text); end++ {
		switch text[end] {
		case '[', '{':
			depth++
		case ']', '}':
			if depth--; depth < 0 {
				return text[:at] + value + text[end:]
			}
		case ',':
			if depth == 0 {
				return text[:at] + value + text[end:]
			}
		}
	}
	return text[:at] + value
}
