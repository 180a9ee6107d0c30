namespace ExactCompression.Formats;

/// <summary>The checksum of gzip: CRC-32 with the polynomial <c>0xedb88320</c> (RFC 1952), eight bytes at a time.</summary>
internal static class Crc32
{
    private static readonly uint[] Table = MakeTable();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        uint[] t = Table;
        for (; bytes.Length >= 8; bytes = bytes[8..])
        {
            ulong word = System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes) ^ crc;
            crc = t[0x700 + (byte)word] ^ t[0x600 + (byte)(word >> 8)] ^ t[0x500 + (byte)(word >> 16)] ^ t[0x400 + (byte)(word >> 24)]
                ^ t[0x300 + (byte)(word >> 32)] ^ t[0x200 + (byte)(word >> 40)] ^ t[0x100 + (byte)(word >> 48)] ^ t[(byte)(word >> 56)];
        }

        foreach (byte b in bytes)
            crc = (crc >> 8) ^ t[(byte)(crc ^ b)];
        return ~crc;
    }

    // Row k advances a byte through k more zero bytes.
    private static uint[] MakeTable()
    {
        var table = new uint[8 * 256];
        for (uint i = 0; i < 256; i++)
        {
            uint crc = i;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : (crc >> 1) ^ 0xedb88320;
            table[i] = crc;
        }

        for (int i = 256; i < table.Length; i++)
            table[i] = (table[i - 256] >> 8) ^ table[(byte)table[i - 256]];
        return table;
    }
}
