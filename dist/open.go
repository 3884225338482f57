package dist

import (
	"os"
	"time"

	"github.com/condmean/condmean/configs"
	"github.com/condmean/condmean/internal/launcher"
)

// timeoutVariable is the environment variable of the Timeout.
const timeoutVariable = "CONDMEAN_TIMEOUT"

// Timeout returns how long a collective that is watched waits for the other ranks:
// half an hour, in which one of them may look at images or write a checkpoint, or as
// CONDMEAN_TIMEOUT says.
func Timeout() (time.Duration, error) {
	text := os.Getenv(timeoutVariable)
	if text == "" {
		return 30 * time.Minute, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return 0, configs.Usagef("%s=%q: want a time such as 90s or 10m", timeoutVariable, text)
	}
	return d, nil
}

// Open returns the group of the job that this process was started in, [Single] where
// no launcher of several did. It fails where the program cannot join the others.
func Open() (Group, error) {
	launch := launcher.Detect()
	if !launch.Several() {
		return Single{}, nil
	}
	limit, err := Timeout()
	if err != nil {
		return nil, err
	}
	return join(launch, limit)
}
