-- Posts the lines of a file in turn, and prints what came of it as one line of JSON.
local requests, sent = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, nil, line)
  end
end

function request()
  sent = sent % #requests + 1
  return requests[sent]
end

function done(summary, latency, _)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  local form = '{"requests":%d,"duration_us":%d,"failed":%d,"p50_us":%d,"p99_us":%d}\n'
  io.write(string.format(form, summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
