//go:build xla && (linux || darwin)

package device

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/condmean/condmean/configs"
)

// findCUDA returns the plugin of the common Python packages: in the active
// environment, in .venv or venv here, in that of the python3 on the PATH, among the
// user's packages and the system's.
func findCUDA() (string, error) {
	if p := os.Getenv(envPlugin); p != "" {
		return p, nil
	}
	roots := []string{os.Getenv("VIRTUAL_ENV"), os.Getenv("CONDA_PREFIX"), ".venv", "venv"}
	if python, err := exec.LookPath("python3"); err == nil { // a link to follow would leave its environment
		roots = append(roots, filepath.Dir(filepath.Dir(python)))
	}
	if home, err := os.UserHomeDir(); err == nil {
		roots = append(roots, filepath.Join(home, ".local"))
	}
	for _, root := range append(roots, "/usr/local", "/usr") {
		if root == "" {
			continue
		}
		for _, packages := range []string{"site-packages", "dist-packages"} {
			found, err := filepath.Glob(filepath.Join(root, "lib", "python3*", packages, "jax_plugins", "xla_cuda1*", "xla_cuda_plugin.so"))
			if err == nil && len(found) > 0 {
				return slices.Max(found), nil // the newest
			}
		}
	}
	return "", configs.Usagef("--device cuda: no plugin is found; install one by pip install 'jax-cuda13-plugin[with-cuda]', or name it by xla:PLUGIN or %s (docs/devices.md)", envPlugin)
}

// cudaData returns the folder of CUDA's own files beside a plugin of these packages,
// or "" where it has neither an assembler nor the library of functions: then XLA looks
// for an installed CUDA by itself.
func cudaData(plugin string) string {
	packages := filepath.Dir(filepath.Dir(filepath.Dir(plugin)))
	for _, name := range []string{"cu13", "cuda_nvcc"} {
		dir := filepath.Join(packages, "nvidia", name)
		for _, file := range []string{"bin/ptxas", "nvvm/libdevice/libdevice.10.bc"} {
			if info, err := os.Stat(filepath.Join(dir, file)); err == nil && info.Mode().IsRegular() {
				return dir
			}
		}
	}
	return ""
}
