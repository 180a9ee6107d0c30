using System.Globalization;
using System.Text;

namespace ExactCompression.Formats;

/// <summary>Writes the static arrays of C source.</summary>
/// <param name="writer">Where to.</param>
/// <param name="prefix">The function's name, which the names of all arrays begin with.</param>
/// <param name="precision">What real numbers are stored as.</param>
internal sealed class CArrays(TextWriter writer, string prefix, WeightPrecision precision)
{
    private const int LineLength = 100;

    /// <summary>The type of real numbers.</summary>
    public string Real => precision == WeightPrecision.Float32 ? "float" : "double";

    /// <summary>Bytes of a real number.</summary>
    public int RealSize => precision == WeightPrecision.Float32 ? 4 : 8;

    /// <summary>The narrowest type that holds all numbers from 0 to one.</summary>
    /// <param name="largest">The largest.</param>
    public static string IndexType(int largest) =>
        largest <= byte.MaxValue ? "unsigned char" : largest <= ushort.MaxValue ? "unsigned short" : "unsigned int";

    /// <summary>Bytes of a number of that type.</summary>
    /// <param name="largest">The largest.</param>
    public static int IndexSize(int largest) => largest <= byte.MaxValue ? 1 : largest <= ushort.MaxValue ? 2 : 4;

    /// <summary>A real number, rounded to the precision.</summary>
    /// <param name="value">The number.</param>
    public string Literal(double value) =>
        precision == WeightPrecision.Float32 ? CLiteral.Of((float)value, single: true) : CLiteral.Of(value, single: false);

    /// <summary>An array of real numbers.</summary>
    /// <param name="name">Its name behind the prefix.</param>
    /// <param name="values">The numbers; at least one.</param>
    public void Write(string name, IReadOnlyCollection<double> values) => Write(Real, name, values.Count, values.Select(Literal));

    /// <summary>An array of indices or counts.</summary>
    /// <param name="name">Its name behind the prefix.</param>
    /// <param name="largest">The largest that its type must hold.</param>
    /// <param name="values">The numbers; at least one.</param>
    public void Write(string name, int largest, IReadOnlyCollection<int> values) =>
        Write(IndexType(largest), name, values.Count, values.Select(static n => n.ToString(CultureInfo.InvariantCulture)));

    private void Write(string type, string name, int count, IEnumerable<string> items)
    {
        writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"static const {type} {prefix}_{name}[{count}] = {{"));
        var line = new StringBuilder("   ");
        foreach (string item in items)
        {
            if (line.Length + item.Length + 2 > LineLength)
            {
                writer.WriteLine(line);
                line.Clear().Append("   ");
            }

            line.Append(' ').Append(item).Append(',');
        }

        writer.WriteLine(line);
        writer.WriteLine("};\n");
    }
}
