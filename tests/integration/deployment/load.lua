-- wrk --script load.lua URL -- BODY DELAY_MS: sends the text BODY as JSON, again and again, and lets each connection wait
-- for DELAY_MS in between. Every answer is counted by its status, and what never became one. Printed as a line of JSON.

local delay_ms
local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  statuses = {}
  wrk.method, wrk.body = "POST", arguments[1]
  wrk.headers["Content-Type"] = "application/json"
  delay_ms = tonumber(arguments[2])
end

function delay()
  -- Spread evenly around its mean, so that connections do not march in step.
  return delay_ms * (0.5 + math.random())
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

function done(summary)
  local sums, parts, errors = {}, {}, summary.errors
  for _, thread in ipairs(threads) do
    for status, found in pairs(thread:get("statuses")) do sums[status] = (sums[status] or 0) + found end
  end
  for status, found in pairs(sums) do parts[#parts + 1] = string.format('"%d": %d', status, found) end
  io.write(string.format(
    '{"answers": {%s}, "broken": %d}\n',
    table.concat(parts, ", "), errors.connect + errors.read + errors.write + errors.timeout))
end
