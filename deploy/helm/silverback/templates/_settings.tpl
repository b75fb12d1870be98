{{/* What cannot work, in words; the schema has refused what it could. */}}
{{- define "silverback.check" -}}
{{- if not (or .Values.gateways.service .Values.gateways.urls) -}}
{{- fail "gateways.service is needed: the Service of the gateways' Admin API as namespace/name, e.g. --set gateways.service=kong/kong-gateway-admin (or gateways.urls)" -}}
{{- end -}}
{{- if and .Values.gateways.service .Values.gateways.urls -}}
{{- fail "gateways.service and gateways.urls exclude each other" -}}
{{- end -}}
{{- if not (or .Values.config.selector .Values.config.files .Values.config.dirs) -}}
{{- fail "config.selector, config.files or config.dirs is needed: without one there is nothing to push" -}}
{{- end -}}
{{- if and .Values.admissionWebhook.enabled (not .Values.config.selector) -}}
{{- fail "admissionWebhook.enabled needs config.selector: without one no ConfigMap or Secret is a source" -}}
{{- end -}}
{{- if and .Values.admissionWebhook.enabled .Values.admissionWebhook.certificate.secretName (not (or .Values.admissionWebhook.certificate.caBundle .Values.admissionWebhook.certificate.certManager)) -}}
{{- fail "admissionWebhook.certificate.secretName needs caBundle or certManager beside it: the API server must know who signed it" -}}
{{- end -}}
{{- if and (not .Values.election.enabled) (gt (int .Values.replicas) 1) -}}
{{- fail "without an election replicas must be 1: two would both push" -}}
{{- end -}}
{{- if and .Values.history.enabled (hasKey .Values.settings "data-dir") -}}
{{- fail "history.enabled and settings.data-dir exclude each other: the history is in Secrets or in a folder" -}}
{{- end -}}
{{- end -}}

{{/* The arguments of `silverback run`, one per line. */}}
{{- define "silverback.args" -}}
- run
{{- with .Values.gateways }}
{{- if .service }}
- --kong-admin-svc={{ .service }}
{{- end }}
{{- range .portNames }}
- --kong-admin-svc-port-names={{ . }}
{{- end }}
{{- range .urls }}
- --kong-admin-url={{ . }}
{{- end }}
{{- end }}
{{- with .Values.adminApi.tls }}
{{- if and .secretName .caKey (not .skipVerify) }}
- --kong-admin-ca-cert-file=/etc/silverback/admin-tls/{{ .caKey }}
{{- end }}
{{- if and .secretName .certKey }}
- --kong-admin-tls-client-cert-file=/etc/silverback/admin-tls/{{ .certKey }}
{{- end }}
{{- if and .secretName .keyKey }}
- --kong-admin-tls-client-key-file=/etc/silverback/admin-tls/{{ .keyKey }}
{{- end }}
{{- if .serverName }}
- --kong-admin-tls-server-name={{ .serverName }}
{{- end }}
{{- if .skipVerify }}
- --kong-admin-tls-skip-verify=true
{{- end }}
{{- end }}
{{- with .Values.adminApi.token }}
{{- if .secretName }}
- --kong-admin-token-file=/etc/silverback/admin-token/{{ .key }}
{{- end }}
{{- end }}
{{- if .Values.config.selector }}
- {{ printf "--config-selector=%s" .Values.config.selector | quote }}
{{- range .Values.config.namespaces }}
- --config-namespace={{ . }}
{{- end }}
- --config-kinds={{ join "," .Values.config.kinds }}
{{- end }}
{{- if and .Values.config.selector .Values.config.annotate }}
- --annotate-sources=true
{{- end }}
{{- range .Values.config.files }}
- {{ printf "--config-file=%s" . | quote }}
{{- end }}
{{- range .Values.config.dirs }}
- {{ printf "--config-dir=%s" . | quote }}
{{- end }}
{{- if .Values.election.enabled }}
- --leader-elect=on
- --election-id={{ include "silverback.electionId" . }}
- --election-namespace={{ include "silverback.electionNamespace" . }}
{{- else }}
- --leader-elect=off
{{- end }}
{{- if .Values.observe }}
- --observe=true
{{- end }}
- --log-level={{ .Values.logLevel }}
- --log-format={{ .Values.logFormat }}
- --health-probe-bind-address=:{{ .Values.ports.probes }}
- --metrics-bind-address=:{{ .Values.ports.metrics }}
{{- if not .Values.diagnostics.enabled }}
- --diagnostics-bind-address=off
{{- else if .Values.diagnostics.token.secretName }}
- --diagnostics-bind-address=:{{ .Values.ports.diagnostics }}
{{- else }}
- --diagnostics-bind-address=127.0.0.1:{{ .Values.ports.diagnostics }}
{{- end }}
{{- if .Values.admissionWebhook.enabled }}
- --admission-webhook-listen=:{{ .Values.ports.admission }}
{{- end }}
- --shutdown-grace={{ .Values.shutdownGraceSeconds }}s
{{- range $flag, $value := .Values.settings }}
{{- range (kindIs "slice" $value | ternary $value (list $value)) }}
- {{ printf "--%s=%v" $flag . | quote }}
{{- end }}
{{- end }}
{{- range .Values.extraArgs }}
- {{ . | quote }}
{{- end }}
{{- end -}}

{{/* Not empty where the diagnostics API is reached on the pods' addresses. */}}
{{- define "silverback.diagnosticsOpen" -}}
{{- if and .Values.diagnostics.enabled .Values.diagnostics.token.secretName }}true{{ end -}}
{{- end -}}

{{/* The ports of gateways.urls, as JSON. */}}
{{- define "silverback.urlPorts" -}}
{{- $ports := list -}}
{{- range .Values.gateways.urls -}}
{{- $url := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $url.host | trimPrefix ":" -}}
{{- $ports = append $ports (int (default (eq $url.scheme "https" | ternary "443" "80") $port)) -}}
{{- end -}}
{{- $ports | uniq | toJson -}}
{{- end -}}
