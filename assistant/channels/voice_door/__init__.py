"""The voice door: `WS /api/v1/voice/{conversation}`; its document is `/api/v1/asyncapi.json`."""
