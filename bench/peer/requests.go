package main

import (
	"context"
	"encoding/json"

	cmutil "github.com/cert-manager/cert-manager/pkg/api/util"
	cmapi "github.com/cert-manager/cert-manager/pkg/apis/certmanager/v1"
	cmmeta "github.com/cert-manager/cert-manager/pkg/apis/meta/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/tools/events"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// Takes a request from approved to issued. One worker, as issuer-lib's controllers have by default.
type requestReconciler struct {
	client    client.Client
	recorder  events.EventRecorder
	authority *authority
}

func (r *requestReconciler) setUp(manager ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(manager).For(&cmapi.CertificateRequest{}).Complete(r)
}

func (r *requestReconciler) Reconcile(ctx context.Context, key ctrl.Request) (ctrl.Result, error) {
	request := &cmapi.CertificateRequest{}
	if err := r.client.Get(ctx, key.NamespacedName, request); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	ref := request.Spec.IssuerRef
	isOurs := ref.Group == simpleIssuer.Group && ref.Kind == simpleIssuer.Kind
	if !isOurs || !cmutil.CertificateRequestIsApproved(request) {
		return ctrl.Result{}, nil
	}
	ready := cmutil.GetCertificateRequestCondition(request, cmapi.CertificateRequestConditionReady)
	if ready == nil {
		return ctrl.Result{}, r.patch(ctx, request, cmmeta.ConditionUnknown, "Initializing", nil)
	}
	if ready.Status == cmmeta.ConditionTrue {
		return ctrl.Result{}, nil
	}
	issuer := newIssuer()
	if err := r.client.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: ref.Name}, issuer); err != nil {
		return ctrl.Result{}, err
	}
	if readyOf(issuer) != "True" {
		// issuer-lib is woken by the issuer; for a peer of a benchmark the backoff does.
		return ctrl.Result{Requeue: true}, nil
	}
	certificate, err := r.authority.issue(request.Spec.Request)
	if err != nil {
		return ctrl.Result{}, err
	}
	r.recorder.Eventf(request, nil, corev1.EventTypeNormal, "Issued", "Synced", "Succeeded signing the CertificateRequest")
	return ctrl.Result{}, r.patch(ctx, request, cmmeta.ConditionTrue, cmapi.CertificateRequestReasonIssued, certificate)
}

func (r *requestReconciler) patch(
	ctx context.Context,
	request *cmapi.CertificateRequest,
	status cmmeta.ConditionStatus,
	reason string,
	certificate []byte,
) error {
	now := metav1.Now()
	patch := &cmapi.CertificateRequest{
		TypeMeta:   metav1.TypeMeta{APIVersion: "cert-manager.io/v1", Kind: "CertificateRequest"},
		ObjectMeta: metav1.ObjectMeta{Namespace: request.Namespace, Name: request.Name},
	}
	patch.Status.Certificate = certificate
	patch.Status.Conditions = []cmapi.CertificateRequestCondition{{
		Type: cmapi.CertificateRequestConditionReady, Status: status, Reason: reason, Message: reason,
		LastTransitionTime: &now,
	}}
	body, err := json.Marshal(map[string]any{
		"apiVersion": patch.APIVersion, "kind": patch.Kind,
		"metadata": map[string]string{"namespace": patch.Namespace, "name": patch.Name},
		"status":   patch.Status,
	})
	if err != nil {
		return err
	}
	return patchStatus(ctx, r.client, patch, body)
}

func applyStatus(ctx context.Context, c client.Client, object client.Object) error {
	body, err := json.Marshal(object)
	if err != nil {
		return err
	}
	return patchStatus(ctx, c, object, body)
}

func patchStatus(ctx context.Context, c client.Client, object client.Object, body []byte) error {
	force := true
	return c.Status().Patch(ctx, object, client.RawPatch(types.ApplyPatchType, body), &client.SubResourcePatchOptions{
		PatchOptions: client.PatchOptions{FieldManager: fieldOwner, Force: &force},
	})
}
