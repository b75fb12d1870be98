/** The demo's configuration: a shop with two services, and a key for its partner. */
export function shop(path: string, extra = ''): string {
  return `_format_version: "3.0"
services:
  - name: catalogue
    url: http://catalogue.shop.svc:8080
    routes:
      - name: catalogue
        paths: [${path}]
  - name: orders
    url: http://orders.shop.svc:8080
    routes:
      - name: orders
        paths: [/orders]
        methods: [GET, POST]
    plugins:
      - name: key-auth
consumers:
  - username: partner
    keyauth_credentials:
      - key: partner-key-of-the-demo
${extra}`;
}

/** The same with a slip of the pen: a port that is a word, a field that Kong does not know, a service that is not there. */
export const BROKEN = `_format_version: "3.0"
services:
  - name: catalogue
    host: catalogue.shop.svc
    port: eighty
    routes:
      - name: catalogue
        pathz: [/catalogue]
routes:
  - name: basket
    service: basket
    paths: [/basket]
`;
