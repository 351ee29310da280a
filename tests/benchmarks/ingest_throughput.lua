-- Sends the requests of one file per thread, one after the other; started by ingest_throughput.py.
local number = 0

function setup(thread)
  thread:set("file", os.getenv("REQUESTS") .. "." .. number)
  number = number + 1
end

function init(args)
  local lengths = io.open(file .. ".lengths", "r")
  local content = io.open(file, "rb")
  data = content:read("*a")
  starts = {}
  local at = 1
  for line in lengths:lines() do
    starts[#starts + 1] = at
    at = at + tonumber(line)
  end
  starts[#starts + 1] = at
  position = 0
end

function request()
  position = position % (#starts - 1) + 1
  return string.sub(data, starts[position], starts[position + 1] - 1)
end

function done(summary, latency, requests)
  local failed = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write
  io.write(string.format("RESULT %d %d %d %d %d\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99)))
end
