// Asks LRS endpoints with npm's soap.

'use strict';

const soap = require('soap');
const { answerQuestions } = require('./questions');

function methodsOf(client) {
  const [binding] = Object.values(client.wsdl.definitions.bindings);
  return binding.methods;
}

answerQuestions({
  connect: (url) => soap.createClientAsync(url),
  operationsOf: (client) => Object.keys(methodsOf(client)),
  ask: async (client, operation, action, request) => {
    const input = methodsOf(client)[operation].input;
    if (client.wsdl.uri.includes('/LearnerService.svc')) {
      // Otherwise the root element would be in no namespace. "tns" would not do: the library leaves it out.
      client.wsdl.options.overrideRootElement = {
        namespace: 'f',
        xmlnsAttributes: [{ name: 'xmlns:f', value: input.targetNamespace }],
      };
    }
    client.setSOAPAction(action ?? undefined);
    const [answer] = await client[`${operation}Async`](request);
    return answer;
  },
});
