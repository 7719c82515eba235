"""Information base 一流的信息基础: networks, computing, sensing, data and security."""
