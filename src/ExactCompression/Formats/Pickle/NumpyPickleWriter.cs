using System.Buffers.Binary;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>Writes a pickle (protocol 3) of a NumPy object array of no axes that holds one dict of integer arrays.</summary>
/// <remarks>The same opcodes as NumPy's, without a memo: nothing is shared. Every NumPy since 1.0 reads it.</remarks>
internal sealed class NumpyPickleWriter(Stream stream)
{
    /// <summary>Opens the array and its dict.</summary>
    public void BeginObjectArray()
    {
        Write(PickleOpcode.Protocol, 3);
        BeginArray([]);
        DataType("O8", "|", flags: 63);
        Write(PickleOpcode.NewFalse);
        Write(PickleOpcode.EmptyList);
        Write(PickleOpcode.EmptyDict);
        Write(PickleOpcode.Mark);
    }

    /// <summary>Adds an item to the dict: an array of little-endian 64-bit integers.</summary>
    public void Int64Entry(string key, int[] shape, IEnumerable<long> values)
    {
        Text(key);
        BeginArray(shape);
        DataType("i8", "<", flags: 0);
        Write(PickleOpcode.NewFalse);
        var bytes = new byte[8L * shape.Aggregate(1L, static (n, e) => n * e)];
        int at = 0;
        foreach (long value in values)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(at), value);
            at += 8;
        }

        Write(PickleOpcode.BinBytes);
        Int32(bytes.Length);
        stream.Write(bytes);
        EndArray();
    }

    /// <summary>Closes dict, array and pickle.</summary>
    public void EndObjectArray()
    {
        Write(PickleOpcode.SetItems);
        Write(PickleOpcode.Append);
        EndArray();
        Write(PickleOpcode.Stop);
    }

    // _reconstruct(ndarray, (0,), b'b'), then the state (1, shape, dtype, False, data) up to the dtype.
    private void BeginArray(int[] shape)
    {
        Global("numpy.core.multiarray", "_reconstruct");
        Global("numpy", "ndarray");
        Write(PickleOpcode.BinInt1, 0);
        Write(PickleOpcode.Tuple1);
        Write(PickleOpcode.ShortBinBytes, 1, (byte)'b');
        Write(PickleOpcode.Tuple3);
        Write(PickleOpcode.Reduce);
        Write(PickleOpcode.Mark);
        Write(PickleOpcode.BinInt1, 1);
        Write(PickleOpcode.Mark);
        foreach (int extent in shape)
            Integer(extent);
        Write(PickleOpcode.Tuple);
    }

    private void EndArray()
    {
        Write(PickleOpcode.Tuple);
        Write(PickleOpcode.Build);
    }

    // dtype(code, False, True) with the state (3, order, None, None, None, -1, -1, flags).
    private void DataType(string code, string order, byte flags)
    {
        Global("numpy", "dtype");
        Text(code);
        Write(PickleOpcode.BinInt1, 0);
        Write(PickleOpcode.BinInt1, 1);
        Write(PickleOpcode.Tuple3);
        Write(PickleOpcode.Reduce);
        Write(PickleOpcode.Mark);
        Write(PickleOpcode.BinInt1, 3);
        Text(order);
        Write(PickleOpcode.None);
        Write(PickleOpcode.None);
        Write(PickleOpcode.None);
        Integer(-1);
        Integer(-1);
        Write(PickleOpcode.BinInt1, flags);
        Write(PickleOpcode.Tuple);
        Write(PickleOpcode.Build);
    }

    private void Global(string module, string name)
    {
        Write(PickleOpcode.Global);
        stream.Write(Encoding.ASCII.GetBytes($"{module}\n{name}\n"));
    }

    private void Text(string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        Write(PickleOpcode.BinUnicode);
        Int32(bytes.Length);
        stream.Write(bytes);
    }

    private void Integer(int value)
    {
        Write(PickleOpcode.BinInt);
        Int32(value);
    }

    private void Int32(int value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        stream.Write(bytes);
    }

    private void Write(PickleOpcode opcode, params ReadOnlySpan<byte> arguments)
    {
        stream.WriteByte((byte)opcode);
        stream.Write(arguments);
    }
}
