-- wrk -s requests.lua URL -- BODY CONTENT_TYPE ACCEPT DELAY_MS COUNT ; BODY "-" sends GET requests without one.
-- COUNT "count" counts answers by their statuses, which costs time for each, and those that say "try again" and not when.
-- The n-th request has a number of its own in place of @@N@@, and n modulo 200 in place of @@200@@, so that the
-- service cannot answer from what it has done before. What was measured is printed as one line of JSON.

local body, delay_ms
local number, run = 0, 0
local threads = {}

function setup(thread)
  run = run + 1
  thread:set("id", run)
  threads[run] = thread
end

function init(arguments)
  delay_ms = tonumber(arguments[4]) or 0
  statuses, bare = {}, 0
  if arguments[5] == "count" then response = count end
  wrk.headers["Accept"] = arguments[3]
  if arguments[1] ~= "-" then
    local file = assert(io.open(arguments[1], "rb"))
    body = file:read("*a")
    file:close()
    wrk.method = "POST"
    wrk.headers["Content-Type"] = arguments[2]
  end
  start = tostring(os.time()) .. "-" .. tostring(id) .. "-"
end

function request()
  if body == nil then return wrk.format() end
  number = number + 1
  local unlike = body:gsub("@@N@@", start .. number):gsub("@@200@@", number % 200)
  return wrk.format(nil, nil, nil, unlike)
end

function delay()
  -- Spread evenly around its mean, so that connections do not march in step.
  return delay_ms * (0.5 + math.random())
end

function count(status, headers)
  statuses[status] = (statuses[status] or 0) + 1
  if (status == 429 or status == 503) and not (headers["retry-after"] or headers["Retry-After"]) then bare = bare + 1 end
end

local function counted()
  local sums, total_bare = {}, 0
  for _, thread in ipairs(threads) do
    for status, found in pairs(thread:get("statuses")) do sums[status] = (sums[status] or 0) + found end
    total_bare = total_bare + thread:get("bare")
  end
  local parts = {}
  for status, found in pairs(sums) do parts[#parts + 1] = string.format('"%d": %d', status, found) end
  return "{" .. table.concat(parts, ", ") .. "}", total_bare
end

function done(summary, latency, requests)
  local errors = summary.errors
  local by_status, without_retry_after = counted()
  io.write(string.format(
    '{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "refused": %d, "broken": %d, '
    .. '"statuses": %s, "without_retry_after": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    by_status, without_retry_after))
end
