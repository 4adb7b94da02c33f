/* Augury: events from a page. ES5; wants XMLHttpRequest with CORS and crypto.getRandomValues (every browser since 2014). */
(function (window, document) {
  "use strict";
  if (window.augury && window.augury.loaded) return;
  var MOST_EVENTS = 500, MOST_BYTES = 60000, LARGEST_EVENT = 250000, MOST_WAITING = 5000, STORED = "augury.waiting";
  var script = document.currentScript || document.querySelector("script[data-key]") || { getAttribute: function () {} };
  var url = script.getAttribute("data-url") || (script.src || "").replace(/\/js\/augury\.js.*$/, "");
  var key = script.getAttribute("data-key");
  var waiting = [], inFlight = false, timer = 0, pause = 0;

  function warn(what) {
    if (window.console && console.warn) console.warn("augury: " + what);
  }

  function guarded(act) {
    return function () {
      try { return act.apply(null, arguments); } catch (error) { warn(error); }
    };
  }

  function newId() {
    var bytes = window.crypto.getRandomValues(new Uint8Array(16)), text = "";
    for (var i = 0; i < 16; i++) text += (bytes[i] + 256).toString(16).slice(1);
    return text;
  }

  function size(text) {
    return encodeURIComponent(text).replace(/%../g, "x").length;
  }

  function target() {
    return url + "/js/event/new?consumer_key=" + encodeURIComponent(key) + "&sent_at=" + Date.now() / 1000;
  }

  function firstBatch() {
    var count = 0, bytes = 2;
    while (count < waiting.length && count < MOST_EVENTS && (bytes += size(waiting[count]) + 1) <= MOST_BYTES) count++;
    return waiting.slice(0, count || 1);
  }

  function forget(batch) {
    waiting = waiting.filter(function (text) { return batch.indexOf(text) < 0; });
  }

  function schedule(after) {
    if (!timer && key) timer = setTimeout(guarded(flush), after);
  }

  function flush() {
    clearTimeout(timer);
    timer = 0;
    if (inFlight || !key || !waiting.length) return;
    var batch = firstBatch(), request = new XMLHttpRequest();
    request.open("POST", target());
    request.timeout = 30000;
    request.onloadend = guarded(function () {
      var status = request.status, again = !status || status == 408 || status == 429 || status > 499;
      inFlight = false;
      pause = again ? Math.min(pause * 2 || 1000, 60000) : 0;
      if (!again) forget(batch);
      if (!again && (status > 299 || /"rejected":\[\{/.test(request.responseText))) warn(request.responseText);
      if (waiting.length) schedule(pause * (1 + Math.random()) / 2);
    });
    inFlight = true;
    request.send("[" + batch + "]");
  }

  function event(fields) {
    var copy = JSON.parse(JSON.stringify(fields)), id = copy.event_id, text;
    if (typeof id != "string" || !/^[\w-]{16,64}$/.test(id)) {
      if (id !== undefined) copy.client_event_id = id;
      copy.event_id = newId();
    }
    if (copy.timestamp === undefined) copy.timestamp = Date.now() / 1000;
    text = JSON.stringify(copy);
    if (size(text) > LARGEST_EVENT || waiting.length >= MOST_WAITING) return warn("event dropped, too large or too many");
    waiting.push(text);
    schedule(1000);
  }

  function leave() {
    var left = [], batch;
    while (key && waiting.length) {
      batch = firstBatch();
      if (!navigator.sendBeacon || !navigator.sendBeacon(target(), "[" + batch + "]")) left = left.concat(batch);
      forget(batch);
    }
    waiting = left.concat(waiting);
    if (waiting.length) {
      sessionStorage.setItem(STORED, JSON.stringify(waiting));
      schedule(1000);
    }
  }

  var commands = {
    init: function (options) {
      key = options.key || key;
      url = (options.url || url).replace(/\/$/, "");
      if (waiting.length) schedule(1000);
    },
    event: event,
    flush: flush
  };
  var called = window.augury && window.augury.q || [];
  window.augury = guarded(function (command, argument) { commands[command](argument); });
  window.augury.loaded = true;
  guarded(function () {
    waiting = JSON.parse(sessionStorage.getItem(STORED)) || [];
    sessionStorage.removeItem(STORED);
    if (waiting.length) schedule(1000);
  })();
  for (var i = 0; i < called.length; i++) window.augury.apply(null, called[i]);
  document.addEventListener("visibilitychange", guarded(function () {
    if (document.visibilityState == "hidden") leave();
    else sessionStorage.removeItem(STORED);
  }));
  window.addEventListener("pagehide", guarded(leave));
})(window, document);
