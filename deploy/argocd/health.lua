-- Argo CD's health of a ConfigMap or Secret that Silverback reads, by what Silverback (--annotate-sources) notes on it.
-- For argocd-cm: resource.customizations.health.ConfigMap and resource.customizations.health.Secret. docs/gitops.md says
-- what its colours promise. Argo CD runs it without Lua's string library, so it uses none.

-- As Silverback writes silverback.dev/state-sizes: each key with the bytes of its value, in order.
local function sizes()
  local parts = {}
  for key, value in pairs(obj.data or {}) do
    parts[#parts + 1] = key .. "=" .. #value
  end
  for key, value in pairs(obj.binaryData or {}) do
    parts[#parts + 1] = "binaryData/" .. key .. "=" .. #value
  end
  table.sort(parts)
  return table.concat(parts, ",")
end

local HEALTH = {
  Applied = "Healthy",
  Progressing = "Progressing",
  Held = "Suspended",
  Rejected = "Degraded",
  Quarantined = "Degraded",
}

local metadata = obj.metadata or {}
local labels = metadata.labels or {}
local notes = metadata.annotations or {}

-- Not ours: whatever else is in the Application stays healthy, as without this script.
if labels["silverback.dev/config"] == nil then
  return { status = "Healthy", message = "" }
end

local state = notes["silverback.dev/state"]
if state == nil then
  return { status = "Progressing", message = "Silverback has not seen it yet" }
end

-- The note is about an earlier write of the object.
local noted = notes["silverback.dev/state-sizes"]
if notes["silverback.dev/git-sha"] ~= notes["silverback.dev/state-git-sha"] or (noted ~= nil and noted ~= sizes()) then
  return { status = "Progressing", message = "Silverback has not seen this version yet" }
end

return {
  status = HEALTH[state] or "Unknown",
  message = state .. ": " .. (notes["silverback.dev/state-message"] or ""),
}
