"""A client that reads every page and does nothing with it: how fast the server is on this machine.

    python3 drain.py ORIGIN VALUES [--connections 2]
"""
import argparse
import json
import re
import socket
import threading
import time
from urllib.parse import urlsplit

import tenant

LENGTH = re.compile(rb"Content-Length: (\d+)")


def drain(address, targets, read):
    buffer = memoryview(bytearray(8 << 20))
    with socket.create_connection(address) as connection:
        for target in targets:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            got = connection.recv_into(buffer)
            head = bytes(buffer[:got]).index(b"\r\n\r\n") + 4
            left = int(LENGTH.search(buffer[:head])[1]) - (got - head)
            read.append(got - head + left)
            while left:
                left -= connection.recv_into(buffer)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("origin")
    parser.add_argument("values", type=int)
    parser.add_argument("--connections", type=int, default=2)
    options = parser.parse_args()
    address = urlsplit(options.origin)
    path = f"/lucca-api/employee-attributes?include=links,totalCount&limit=1000&applicability.asOf={tenant.AS_OF}&page=!"
    targets, read = [path + str(start) for start in range(0, options.values, 1000)], []
    threads = [threading.Thread(target=drain, args=((address.hostname, address.port), targets[k::options.connections], read))
               for k in range(options.connections)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps({"bytes": sum(read), "pages": len(read), "seconds": time.monotonic() - begun}))


if __name__ == "__main__":
    main()
