package main

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

const fieldOwner = "peer.testing.cert-manager.io"

var simpleIssuer = schema.GroupVersionKind{
	Group: "testing.cert-manager.io", Version: "v1alpha1", Kind: "SimpleIssuer",
}

func newIssuer() *unstructured.Unstructured {
	issuer := &unstructured.Unstructured{}
	issuer.SetGroupVersionKind(simpleIssuer)
	return issuer
}

// Marks every SimpleIssuer Ready, in two writes as issuer-lib does.
type issuerReconciler struct {
	client   client.Client
	recorder events.EventRecorder
}

func (r *issuerReconciler) setUp(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).For(newIssuer()).Complete(r)
}

func (r *issuerReconciler) Reconcile(ctx context.Context, request ctrl.Request) (ctrl.Result, error) {
	issuer := newIssuer()
	if err := r.client.Get(ctx, request.NamespacedName, issuer); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	switch readyOf(issuer) {
	case "True":
		return ctrl.Result{}, nil
	case "":
		return ctrl.Result{}, r.patch(ctx, issuer, "Unknown", "Initializing")
	}
	r.recorder.Eventf(issuer, nil, corev1.EventTypeNormal, "Checked", "Synced", "Succeeded checking the issuer")
	return ctrl.Result{}, r.patch(ctx, issuer, "True", "Checked")
}

func (r *issuerReconciler) patch(ctx context.Context, issuer *unstructured.Unstructured, status, reason string) error {
	patch := newIssuer()
	patch.SetNamespace(issuer.GetNamespace())
	patch.SetName(issuer.GetName())
	patch.Object["status"] = map[string]any{"conditions": []any{map[string]any{
		"type": "Ready", "status": status, "reason": reason, "message": reason,
		"lastTransitionTime": metav1.Now().UTC().Format("2006-01-02T15:04:05Z"),
		"observedGeneration": issuer.GetGeneration(),
	}}}
	return applyStatus(ctx, r.client, patch)
}

// The status of the condition Ready, or "".
func readyOf(issuer *unstructured.Unstructured) string {
	conditions, _, _ := unstructured.NestedSlice(issuer.Object, "status", "conditions")
	for _, each := range conditions {
		if condition, ok := each.(map[string]any); ok && condition["type"] == "Ready" {
			status, _ := condition["status"].(string)
			return status
		}
	}
	return ""
}
