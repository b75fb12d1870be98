{{- define "silverback.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of what this release has in a namespace; in others than its own, another release may have the same name. */}}
{{- define "silverback.nameIn" -}}
{{- if ne .namespace .root.Release.Namespace -}}
{{- .root.Release.Namespace }}.
{{- end -}}
{{- include "silverback.fullname" .root -}}
{{- end -}}

{{- define "silverback.selectorLabels" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: controller
{{- end -}}

{{- define "silverback.testLabels" -}}
{{- include "silverback.selectorLabels" . | replace "component: controller" "component: test" -}}
{{- end -}}

{{/* Labels of everything; the component is part of the selector and comes from there. */}}
{{- define "silverback.labels" -}}
{{ include "silverback.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{- end -}}

{{- define "silverback.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "silverback.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "silverback.image" -}}
{{- if .Values.image.digest -}}
{{- .Values.image.repository }}@{{ .Values.image.digest -}}
{{- else -}}
{{- .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag -}}
{{- end -}}
{{- end -}}

{{- define "silverback.electionNamespace" -}}
{{- default .Release.Namespace .Values.election.namespace -}}
{{- end -}}

{{- define "silverback.electionId" -}}
{{- $namespace := include "silverback.electionNamespace" . -}}
{{- default (include "silverback.nameIn" (dict "root" . "namespace" $namespace)) .Values.election.id -}}
{{- end -}}

{{/* As `silverback run` names it: <election-id>-<election-namespace>. */}}
{{- define "silverback.leaseName" -}}
{{- include "silverback.electionId" . }}-{{ include "silverback.electionNamespace" . -}}
{{- end -}}

{{- define "silverback.gatewaysNamespace" -}}
{{- splitList "/" .Values.gateways.service | first -}}
{{- end -}}

{{/* The namespaces of the ConfigMaps and Secrets, as JSON; none when they are no source. */}}
{{- define "silverback.configNamespaces" -}}
{{- if .Values.config.selector -}}
{{- default (list .Release.Namespace) .Values.config.namespaces | toJson -}}
{{- else -}}
[]
{{- end -}}
{{- end -}}

{{/* The Secret of the record; those of the bytes are <it>-0, <it>-1, … */}}
{{- define "silverback.historySecret" -}}
{{- include "silverback.fullname" . }}-history
{{- end -}}

{{/* The Secrets of the bytes, as JSON. */}}
{{- define "silverback.historySlots" -}}
{{- $slots := list -}}
{{- range $slot := until (int .Values.history.slots) -}}
{{- $slots = append $slots (printf "%s-%d" (include "silverback.historySecret" $) $slot) -}}
{{- end -}}
{{- toJson $slots -}}
{{- end -}}

{{/* The Service, and the certificate's name, of the admission webhook. */}}
{{- define "silverback.admissionName" -}}
{{- include "silverback.fullname" . | trunc 53 | trimSuffix "-" }}-admission
{{- end -}}

{{- define "silverback.admissionSecret" -}}
{{- default (include "silverback.admissionName" .) .Values.admissionWebhook.certificate.secretName -}}
{{- end -}}

{{/* config.selector as a LabelSelector: equalities and bare keys; anything else must be given as one. */}}
{{- define "silverback.objectSelector" -}}
{{- if .Values.admissionWebhook.objectSelector -}}
{{- toYaml .Values.admissionWebhook.objectSelector -}}
{{- else -}}
{{- $labels := dict -}}
{{- $keys := list -}}
{{- range splitList "," .Values.config.selector -}}
{{- $part := trim . -}}
{{- if regexMatch "^[-A-Za-z0-9_./]+ *==? *[-A-Za-z0-9_.]*$" $part -}}
{{- $pair := regexSplit " *==? *" $part 2 -}}
{{- $_ := set $labels (first $pair) (last $pair) -}}
{{- else if regexMatch "^[-A-Za-z0-9_./]+$" $part -}}
{{- $keys = append $keys (dict "key" $part "operator" "Exists") -}}
{{- else -}}
{{- fail (printf "admissionWebhook.objectSelector is needed: config.selector (%s) is more than equalities" $.Values.config.selector) -}}
{{- end -}}
{{- end -}}
{{- $selector := dict -}}
{{- if $labels }}{{ $_ := set $selector "matchLabels" $labels }}{{ end -}}
{{- if $keys }}{{ $_ := set $selector "matchExpressions" $keys }}{{ end -}}
{{- toYaml $selector -}}
{{- end -}}
{{- end -}}
