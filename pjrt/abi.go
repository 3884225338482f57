//go:build xla && (linux || darwin)

package pjrt

import (
	"fmt"
	"unsafe"

	"github.com/condmean/condmean/configs"
)

// The layouts below are those of the PJRT C API, major version 0. By its rules the
// table of functions and every struct of arguments grow at their end alone, and
// struct_size tells the callee how much of a struct the caller knows. We pass the
// layouts of version 0.81, which any plugin of that version or later understands.

// Slots of the table that we call.
const (
	errorDestroy                  = 0
	errorMessage                  = 1
	errorGetCode                  = 2
	pluginInitialize              = 3
	eventDestroy                  = 5
	eventAwait                    = 8
	clientCreate                  = 10
	clientDestroy                 = 11
	clientPlatformName            = 12
	clientPlatformVersion         = 14
	clientAddressableDevices      = 16
	clientCompile                 = 20
	clientBufferFromHostBuffer    = 22
	deviceDescriptionKind         = 26
	deviceGetDescription          = 29
	executableDestroy             = 40
	executableNumOutputs          = 44
	executableSerialize           = 49
	loadedExecutableDestroy       = 50
	loadedExecutableGetExecutable = 51
	loadedExecutableExecute       = 55
	executableDeserializeAndLoad  = 56
	bufferDestroy                 = 58
	bufferToHostBuffer            = 70

	slots = 71 // we know the table this far
)

// handle is a pointer to an object that the plugin owns.
type handle uintptr

// head begins every struct of the API.
type head struct {
	size uintptr
	ext  uintptr
}

// api is the table of functions.
type api struct {
	head
	version struct {
		head
		major, minor int32
	}
	fn [slots]uintptr
}

// check refuses a table of another layout.
func (a *api) check() error {
	switch want := unsafe.Sizeof(*a); {
	case a == nil:
		return configs.Usagef("it hands out no table of functions")
	case a.version.major != 0 || a.version.minor < 81:
		return configs.Usagef("it has version %d.%d of the interface, want 0.81 or a later 0.x", a.version.major, a.version.minor)
	case a.size < want:
		return configs.Usagef("its table of functions has %d bytes, want at least %d", a.size, want)
	}
	for i, f := range a.fn {
		if f == 0 && used(i) {
			return configs.Usagef("function %d of its table is missing", i)
		}
	}
	return nil
}

// used reports whether we cannot do without a slot.
func used(slot int) bool {
	switch slot {
	case errorDestroy, errorMessage, errorGetCode, pluginInitialize, eventDestroy, eventAwait, clientCreate, clientDestroy,
		clientPlatformName, clientPlatformVersion, clientAddressableDevices, clientCompile, clientBufferFromHostBuffer,
		deviceDescriptionKind, deviceGetDescription, executableDestroy, executableNumOutputs, loadedExecutableDestroy,
		loadedExecutableGetExecutable, loadedExecutableExecute, bufferDestroy, bufferToHostBuffer:
		return true
	}
	return false
}

// text is a string of the plugin's, or of ours.
type text struct {
	p *byte
	n uintptr
}

func (t text) String() string { return string(unsafe.Slice(t.p, t.n)) }

func textOf(s string) text { return text{unsafe.StringData(s), uintptr(len(s))} }

type errorArgs struct { // Error_Destroy, Error_Message
	head
	err     handle
	message text
}

type errorCodeArgs struct {
	head
	err  handle
	code int32
}

type namedValue struct {
	head
	name  text
	kind  int32  // 0 string, 1 int64, 2 list of int64, 3 float, 4 bool
	value uint64 // a number, or a pointer
	n     uintptr
}

type eventArgs struct { // Event_Destroy, Event_Await
	head
	event handle
}

type createArgs struct {
	head
	options            unsafe.Pointer
	numOptions         uintptr
	kvGet, kvGetArg    uintptr
	kvPut, kvPutArg    uintptr
	client             handle
	kvTryGet, kvTryArg uintptr
}

type handleArgs struct { // …_Destroy
	head
	h handle
}

type textArgs struct { // Client_PlatformName, Client_PlatformVersion, DeviceDescription_Kind
	head
	of  handle
	out text
}

type devicesArgs struct {
	head
	client  handle
	devices *handle
	n       uintptr
}

type derivedArgs struct { // Device_GetDescription, LoadedExecutable_GetExecutable, Executable_NumOutputs
	head
	of  handle
	out uintptr
}

type program struct {
	head
	code   unsafe.Pointer
	codeN  uintptr
	format text
}

type compileArgs struct {
	head
	client     handle
	program    *program
	options    unsafe.Pointer
	optionsN   uintptr
	executable handle
}

type serializeArgs struct {
	head
	executable handle
	bytes      text
	serialized handle
	free       uintptr // a function of serialized
}

type deserializeArgs struct {
	head
	client     handle
	bytes      unsafe.Pointer
	n          uintptr
	executable handle
	options    unsafe.Pointer
	optionsN   uintptr
}

type fromHostArgs struct {
	head
	client    handle
	data      unsafe.Pointer
	kind      int32
	dims      unsafe.Pointer
	numDims   uintptr
	strides   uintptr
	numStride uintptr
	semantics int32
	device    handle
	memory    uintptr
	layout    uintptr
	done      handle
	buffer    handle
}

type toHostArgs struct {
	head
	src    handle
	layout uintptr
	dst    unsafe.Pointer
	dstN   uintptr
	event  handle
}

type executeOptions struct { // callbacks and the like, none of which we use
	head
	_ [12]uintptr
}

type executeArgs struct {
	head
	executable handle
	options    *executeOptions
	arguments  unsafe.Pointer // [device][argument]
	numDevices uintptr
	numArgs    uintptr
	outputs    unsafe.Pointer // [device][output]
	complete   unsafe.Pointer // [device]
	device     handle
}

// Codes of failures.
const (
	invalidArgument = 3
	unimplemented   = 12
)

// Error is a failure that a plugin reports.
type Error struct {
	Code    int // of absl::Status
	Message string
}

// Error implements error.
func (e *Error) Error() string { return fmt.Sprintf("%s (code %d)", e.Message, e.Code) }
