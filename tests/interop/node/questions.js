// Reads questions from standard input and prints what a stack makes of the answers, line by line as the class Program of
// client.py says.
//
// For HTTPS, NODE_EXTRA_CA_CERTS is the authority's certificate; TLS_CERTIFICATE the client's, its key in the same file.

'use strict';

const fs = require('fs');
const https = require('https');
const readline = require('readline');

if (process.env.TLS_CERTIFICATE) {
  const pem = fs.readFileSync(process.env.TLS_CERTIFICATE);
  Object.assign(https.globalAgent.options, { cert: pem, key: pem });
}

// The fields of a fault, whose detail holds one exception.
function faultFields(fault) {
  const { faultcode, faultstring, detail } = fault;
  const [exception] = Object.values(detail || {});
  return { faultcode: text(faultcode), faultstring: text(faultstring), ...exception };
}

// An element with attributes is an object.
function text(value) {
  return typeof value === 'object' && value !== null ? value.$value : value;
}

// A replacer for JSON.stringify: leaves out how an element was written, and writes a moment as the service does.
function plain(name, value) {
  if (name === 'attributes' || name === '$attributes') {
    return undefined;
  }
  // What is without a zone is read as this machine's time.
  const moment = this[name];
  return moment instanceof Date ? withoutZone(moment) : value;
}

function withoutZone(moment) {
  return new Date(moment.getTime() - 60000 * moment.getTimezoneOffset()).toISOString().slice(0, 19);
}

// `connect(url)` is a promise of a client, `operationsOf(client)` its operations, `ask(client, operation, action,
// request)` a promise of an answer, or of an error whose `fault` is the body's Fault.
async function answerQuestions({ connect, operationsOf, ask }) {
  const clients = new Map();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const [address, service, operation, action, request] = JSON.parse(line);
    const url = `${address}/${service}.svc?singleWsdl`;
    if (!clients.has(url)) {
      clients.set(url, await connect(url));
    }
    const client = clients.get(url);
    let said;
    if (operation === null) {
      said = { operations: operationsOf(client) };
    } else {
      try {
        said = { answer: await ask(client, operation, action, request) };
      } catch (error) {
        if (!error.root?.Envelope) {
          throw error;
        }
        said = { fault: faultFields(error.root.Envelope.Body.Fault) };
      }
    }
    console.log(JSON.stringify(said, plain));
  }
}

module.exports = { answerQuestions };
