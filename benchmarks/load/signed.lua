-- wrk -s signed.lua URL -- FILE ; each line of FILE is one request, sent once: TIMESTAMP <tab> SIGNATURE <tab> BODY.
-- What was measured is printed as one line of JSON; "left" says how many requests were not needed.

local lines, number, content_type = {}, 0, "application/x-www-form-urlencoded"
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  for line in io.lines(arguments[1]) do lines[#lines + 1] = line end
  left = #lines
end

function request()
  number = number + 1
  left = #lines - number
  -- One that was sent already is refused by its signature, and shows in "refused".
  local timestamp, signature, body = lines[(number - 1) % #lines + 1]:match("^(.-)\t(.-)\t(.*)$")
  local headers = {
    ["X-Slack-Request-Timestamp"] = timestamp, ["X-Slack-Signature"] = signature, ["Content-Type"] = content_type,
  }
  return wrk.format("POST", nil, headers, body)
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "slowest_ms": %.3f, "refused": %d, '
    .. '"broken": %d, "left": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    latency.max / 1e3, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    threads[1]:get("left")))
end
