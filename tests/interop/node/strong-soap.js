// Asks LRS endpoints with npm's strong-soap.

'use strict';

const { soap } = require('strong-soap');
const { answerQuestions } = require('./questions');

function operationsOf(client) {
  const [binding] = Object.values(client.wsdl.definitions.bindings);
  return binding.operations;
}

answerQuestions({
  connect: (url) =>
    new Promise((resolve, reject) => {
      soap.createClient(url, {}, (error, client) => (error ? reject(error) : resolve(client)));
    }),
  operationsOf: (client) => Object.keys(operationsOf(client)),
  ask: (client, operation, action, request) =>
    new Promise((resolve, reject) => {
      const [part] = Object.values(operationsOf(client)[operation].input.message.parts);
      // The library adds the root element itself where the WSDL has the wrapped style, which this name stands for.
      const message = part.$name === 'parameters' ? request : { [part.element.$name]: request };
      client.setSOAPAction(action ?? undefined);
      client[operation](message, (error, answer) => (error ? reject(error) : resolve(answer)));
    }),
});
