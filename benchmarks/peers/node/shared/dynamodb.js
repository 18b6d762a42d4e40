// Query and BatchGetItem through the document client of the AWS SDK.
import { Agent } from 'node:http'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { BatchGetCommand, DynamoDBDocumentClient, GetCommand, QueryCommand } from '@aws-sdk/lib-dynamodb'
import { count } from './counting.js'

const client = DynamoDBDocumentClient.from(new DynamoDBClient({
  endpoint: process.env.DYNAMODB_ENDPOINT_URL,
  requestHandler: { httpAgent: new Agent({ keepAlive: true, maxSockets: 50 }) }
}))

function send (command) {
  count()
  return client.send(command)
}

const KEYS_A_CALL = 100

// The item of each key.
export async function items (table, name, keys) {
  const calls = []
  for (let at = 0; at < keys.length; at += KEYS_A_CALL) {
    const some = keys.slice(at, at + KEYS_A_CALL).map(key => ({ [name]: key }))
    calls.push(batch(table, some))
  }
  const byKey = new Map((await Promise.all(calls)).flat().map(item => [item[name], item]))
  return keys.map(key => byKey.get(key) ?? null)
}

async function batch (table, keys) {
  const found = []
  let asked = { [table]: { Keys: keys } }
  while (Object.keys(asked).length) {
    const answer = await send(new BatchGetCommand({ RequestItems: asked }))
    found.push(...answer.Responses[table])
    asked = answer.UnprocessedKeys ?? {}
  }
  return found
}

export async function item (table, key) {
  return (await send(new GetCommand({ TableName: table, Key: key }))).Item ?? null
}

// The first items of a partition, of the table or of an index.
export async function query (table, name, value, { index, first, descending = false }) {
  const answer = await send(new QueryCommand({
    TableName: table,
    IndexName: index,
    KeyConditionExpression: '#n = :v',
    ExpressionAttributeNames: { '#n': name },
    ExpressionAttributeValues: { ':v': value },
    Limit: first,
    ScanIndexForward: !descending
  }))
  return answer.Items
}
