using System.Runtime.InteropServices;
using System.Text;
using ExactCompression.Networks;

namespace ExactCompression.Formats;

/// <summary>
/// The values that <see cref="PortableReader"/> reads objects from. Counts are checked against the remaining bytes before anything is
/// allocated, and enumerations against their ranges; what does not fit is an <see cref="InvalidDataException"/>.
/// </summary>
/// <param name="stream">Where from.</param>
internal sealed class PortableInput(Stream stream) : IDisposable
{
    /// <summary>Numbers and texts as they are.</summary>
    public BinaryReader Reader { get; } = new(stream, new UTF8Encoding(false, throwOnInvalidBytes: true), leaveOpen: true);

    /// <summary>Fails unless something holds.</summary>
    /// <param name="holds">Whether it does.</param>
    /// <param name="problem">A sentence for where it does not.</param>
    public static void Require(bool holds, string problem)
    {
        if (!holds)
            throw new InvalidDataException(problem);
    }

    /// <summary>A text, or null.</summary>
    public string? Text() => Flag() ? Reader.ReadString() : null;

    /// <summary>A time.</summary>
    public TimeSpan Time()
    {
        long ticks = Reader.ReadInt64();
        Require(ticks >= 0, "A time is negative.");
        return new(ticks);
    }

    /// <summary>A choice of two.</summary>
    public bool Flag()
    {
        byte value = Reader.ReadByte();
        Require(value <= 1, "A choice of two is neither.");
        return value == 1;
    }

    /// <summary>A choice of several.</summary>
    public T Choice<T>()
        where T : struct, Enum
    {
        var value = (T)Enum.ToObject(typeof(T), Reader.ReadByte());
        Require(Enum.IsDefined(value), $"There is no such {typeof(T).Name}.");
        return value;
    }

    /// <summary>A vector of numbers.</summary>
    public double[] Numbers()
    {
        int count = Reader.ReadInt32();
        return Flag() ? Array.ConvertAll(Values<float>(count), static v => (double)v) : Values<double>(count);
    }

    /// <summary>A vector of values as they lie in memory.</summary>
    /// <param name="count">How many.</param>
    public unsafe T[] Values<T>(long count)
        where T : unmanaged
    {
        RequireLeft(count, sizeof(T));
        var values = new T[count];
        Reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>A number of items that follow.</summary>
    /// <param name="bytesEach">The least that an item takes.</param>
    public int Count(int bytesEach)
    {
        int count = Reader.ReadInt32();
        RequireLeft(count, bytesEach);
        return count;
    }

    /// <summary>Operations of a file.</summary>
    public AffinePart[] Parts()
    {
        var parts = new AffinePart[Count(1)];
        for (int k = 0; k < parts.Length; k++)
            parts[k] = Part();
        return parts;
    }

    /// <summary>An operation of a file.</summary>
    public AffinePart Part()
    {
        AffinePartKind kind = Choice<AffinePartKind>();
        int outputs = Reader.ReadInt32(), inputs = Reader.ReadInt32();
        WeightPrecision precision = Choice<WeightPrecision>();
        double epsilon = Reader.ReadDouble();
        var values = new double[Count(1)][];
        for (int i = 0; i < values.Length; i++)
            values[i] = Numbers();
        return AffinePart.Of(kind, outputs, inputs, precision, epsilon, values);
    }

    /// <summary>Fails unless so many bytes follow.</summary>
    /// <param name="count">Number of items.</param>
    /// <param name="bytesEach">The least that an item takes.</param>
    public void RequireLeft(long count, int bytesEach)
    {
        if (count < 0 || count > (Reader.BaseStream.Length - Reader.BaseStream.Position) / bytesEach)
            throw new InvalidDataException($"{count} values do not follow.");
    }

    /// <inheritdoc/>
    public void Dispose() => Reader.Dispose();
}
