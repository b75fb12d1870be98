import { connect } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { startKongEmulator, type KongEmulator } from '../../../../src/emulator/kong/kong-emulator.js';
import { makeCertificates, type Certificates, type KeyPair } from '../../../support/certificates.js';

describe('an emulated gateway behind TLS', () => {
  let certificates: Certificates;
  let gateway: KongEmulator | undefined;
  beforeAll(async () => {
    certificates = await makeCertificates({
      serverNames: ['pod.admin.kong.svc', '127.0.0.1'],
      clientName: 'controller',
    });
  });
  afterEach(() => gateway?.stop());

  async function status(
    url: string,
    client?: KeyPair,
    servername = 'pod.admin.kong.svc',
  ): Promise<[number, string]> {
    const dispatcher = new Agent({ connect: { ca: certificates.ca, servername, ...client } });
    try {
      const { statusCode, body } = await request(`${url}/status`, { dispatcher });
      return [statusCode, await body.text()];
    } finally {
      await dispatcher.close();
    }
  }

  it('shows the certificate it was given, and stays plain on the status port', async () => {
    gateway = await startKongEmulator({ tls: certificates.server });
    expect(gateway.adminUrl).toMatch(/^https:/);
    expect((await status(gateway.adminUrl))[0]).toBe(200);
    await expect(status(gateway.adminUrl, undefined, 'other.name')).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect((await fetch(`${gateway.statusUrl}/status`)).status).toBe(200);
  });

  it('demands a client certificate as nginx does: over HTTP, with an HTML page', async () => {
    gateway = await startKongEmulator({ tls: { ...certificates.server, clientCa: certificates.ca } });
    const [code, page] = await status(gateway.adminUrl);
    expect(code).toBe(400);
    expect(page).toContain('No required SSL certificate was sent');
    const [stranger, error] = await status(gateway.adminUrl, certificates.stranger);
    expect(stranger).toBe(400);
    expect(error).toContain('The SSL certificate error');
    expect((await status(gateway.adminUrl, certificates.client))[0]).toBe(200);
    expect(gateway.requests.map((record) => record.client)).toEqual([undefined, 'controller', 'controller']);
  });

  it('resets encrypted connections, too', async () => {
    gateway = await startKongEmulator({ tls: certificates.server });
    gateway.faults.set({ resetAfterBytes: 1 });
    const dispatcher = new Agent({ connect: { ca: certificates.ca } });
    const sent = request(`${gateway.adminUrl}/config`, {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'text/yaml' },
      body: 'x: 1',
    });
    await expect(sent).rejects.toThrow();
    expect(gateway.requests[0]?.status).toBe('cut');
    await dispatcher.close();
  });

  it('demands a token where a proxy in front would', async () => {
    gateway = await startKongEmulator({ requireToken: { header: 'Kong-Admin-Token', value: 's3cret' } });
    const without = await fetch(`${gateway.adminUrl}/status`);
    expect(without.status).toBe(401);
    const headers = { 'kong-admin-token': 's3cret' };
    expect((await fetch(`${gateway.adminUrl}/status`, { headers })).status).toBe(200);
    expect((await fetch(`${gateway.statusUrl}/status`)).status).toBe(200);
  });

  it('says nothing to those who speak no HTTP', async () => {
    gateway = await startKongEmulator();
    const answer = await new Promise<string>((resolve) => {
      const socket = connect(gateway?.adminPort ?? 0, '127.0.0.1', () =>
        socket.write('\x00\x01nonsense\r\n\r\n'),
      );
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(answer).toContain('400 Bad Request');
  });
});
