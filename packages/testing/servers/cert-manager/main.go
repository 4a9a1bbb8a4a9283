// Command cert-manager runs cert-manager's own controllers, or its own admission webhook, on
// loopback: no metrics, no profiler, no leader election, nothing that listens on other addresses.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"k8s.io/klog/v2"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

var subcommands = map[string]func(context.Context, []string) error{
	"controller": runController,
	"webhook":    runWebhook,
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "cert-manager:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("no subcommand given, must be controller or webhook")
	}
	subcommand, ok := subcommands[args[0]]
	if !ok {
		return fmt.Errorf("unknown subcommand %q, must be controller or webhook", strings.ToValidUTF8(args[0], "?"))
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	// controller-runtime and client-go log through klog as well, so there is one stream.
	logf.InitLogs()
	ctx = logf.NewContext(ctx, klog.Background(), "cert-manager-"+args[0])
	return subcommand(ctx, args[1:])
}
