//go:build mpi

package dist

/*
#include <mpi.h>
#include <time.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { cm_timeout = -1, cm_text = MPI_MAX_ERROR_STRING };

static volatile int cm_code = -1; // exit code of an abort that was asked for

static int cm_open(int *rank, int *size, int *level) {
#ifdef __linux__
	prctl(PR_SET_TIMERSLACK, 1000L); // naps of this thread may be short
#endif
	int e = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, level);
	if (!e) e = MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
	if (!e) e = MPI_Comm_rank(MPI_COMM_WORLD, rank);
	if (!e) e = MPI_Comm_size(MPI_COMM_WORLD, size);
	return e;
}

static int cm_funneled(int level) { return level >= MPI_THREAD_FUNNELED; }

// Waits by looking, as MPI itself does, but soon sleeps in between: the threads that
// compute need the processor. (One that yields it instead is given it back last.)
static int cm_exchange(void *send, int ns, int to, void *recv, int nr, int from, double limit) {
	MPI_Request r[2];
	MPI_Status status[2];
	int e = MPI_Irecv(recv, nr, MPI_BYTE, nr ? from : MPI_PROC_NULL, 0, MPI_COMM_WORLD, &r[0]);
	if (!e) e = MPI_Isend(send, ns, MPI_BYTE, ns ? to : MPI_PROC_NULL, 0, MPI_COMM_WORLD, &r[1]);
	double begin = MPI_Wtime();
	for (int done = 0; !e;) {
		e = MPI_Testall(2, r, &done, status);
		if (e || done) break;
		if (cm_code >= 0) MPI_Abort(MPI_COMM_WORLD, cm_code);
		double waited = MPI_Wtime() - begin;
		if (limit > 0 && waited > limit) return cm_timeout;
		if (waited < 2e-5) continue;
		struct timespec nap = {0, waited < 2e-3 ? 5000 : waited < 0.1 ? 50000 : 500000};
		nanosleep(&nap, NULL);
	}
	return e;
}

static void cm_ask(int code) { cm_code = code; }
static void cm_abort(int code) { MPI_Abort(MPI_COMM_WORLD, code); }
static int cm_close(void) { return MPI_Finalize(); }
static int cm_error(int e, char *s) { int n = 0; return MPI_Error_string(e, s, &n) ? 0 : n; }
*/
import "C"

import (
	"fmt"
	"time"
	"unsafe"
)

// mpi is the wire of MPI_COMM_WORLD.
type mpi struct{ rank, size int }

var _ Wire = (*mpi)(nil)

func openMPI() (Wire, error) {
	var rank, size, level C.int
	if err := mpiError("MPI_Init", C.cm_open(&rank, &size, &level)); err != nil {
		return nil, err
	}
	if C.cm_funneled(level) == 0 {
		return nil, fmt.Errorf("dist: %s does not support threads (MPI_THREAD_FUNNELED)", implementation)
	}
	return &mpi{int(rank), int(size)}, nil
}

func (m *mpi) Rank() int { return m.rank }
func (m *mpi) Size() int { return m.size }

// most is how many bytes go in one message: MPI counts by C's int.
const most = 1 << 30

func (m *mpi) Exchange(send []byte, to int, recv []byte, from int, limit time.Duration) error {
	for len(send) > 0 || len(recv) > 0 {
		s, r := send[:min(len(send), most)], recv[:min(len(recv), most)]
		send, recv = send[len(s):], recv[len(r):]
		e := C.cm_exchange(unsafe.Pointer(unsafe.SliceData(s)), C.int(len(s)), C.int(to),
			unsafe.Pointer(unsafe.SliceData(r)), C.int(len(r)), C.int(from), C.double(limit.Seconds()))
		if e == C.cm_timeout {
			return ErrTimeout
		}
		if err := mpiError("message", e); err != nil {
			return err
		}
	}
	return nil
}

func (m *mpi) Interrupt(code int) { C.cm_ask(C.int(code)) }
func (m *mpi) Abort(code int)     { C.cm_abort(C.int(code)) }

func (m *mpi) Close() error { return mpiError("MPI_Finalize", C.cm_close()) }

func mpiError(what string, e C.int) error {
	if e == C.MPI_SUCCESS {
		return nil
	}
	var text [C.cm_text]C.char
	n := C.cm_error(e, &text[0])
	return fmt.Errorf("%s: %s: %s", implementation, what, C.GoStringN(&text[0], n))
}
