using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class NpyArrayTests
{
    // numpy.save of numpy.arange(6).reshape(2, 3) in several types, gzip and base64; '>f8' in Fortran order
    [Theory]
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYwaLAHEg5ABMQNQLzAAQBP6QAqmAAAAA==")] // <f4
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XZqGuo6Cell9UUpSYF59flJIKEg8pKk0FChdnJBakArkaRjoKxpo6CrUK5AMuBihw4IDQ9h+gfAEoDZMXgdAAXwRQR7AAAAA=")] // >f8
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TaaSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYGRgYmBmYGFgZWBgAaTph+jAAAAA==")] // <i2
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG5XaqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYIYARiJiBmBmIWIGYFAEIZkeGYAAAA")] // >u4
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgZGJmYWVgB+ntfPhgAAAA==")] // |u1
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6TZqSuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgYGBhsGBwYnBhcGVwDOPGOvjAAAAA==")] // <f2
    [InlineData(
        "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loG6XaaGuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgZUwAilmaA0M5RmgdKsAAjh0fiwAAAA")] // >i8
    public void Parse_WrittenByNumPy_GivesRowMajorValues(string packed)
    {
        NpyArray array = NpyArray.Parse(Fixtures.Unpack(packed), "a.npy");

        Assert.Equal([2, 3], array.Shape);
        Assert.Equal([0, 1, 2, 3, 4, 5], array.ReadDoubles());
    }

    [Fact]
    public void Parse_Booleans_GivesZeroAndOne()
    {
        NpyArray array = NpyArray.Parse(
            Fixtures.Unpack(
                "H4sIABozA2sC/5vsF+obEMnIUMZQrZ6SWpxcpG6loF6TZKiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsaaOgq1CmQDLgZGEAAAbUp1mIYAAAA="), "b.npy");

        Assert.Equal([0, 1, 1, 1, 1, 1], array.ReadDoubles());
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Parse_LaterVersions_HaveLongHeaderLengths(byte version)
    {
        byte[] text = Encoding.UTF8.GetBytes("{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n");
        byte[] file = [0x93, .. "NUMPY"u8, version, 0, .. BitConverter.GetBytes(text.Length), .. text, .. BitConverter.GetBytes(2.5)];

        Assert.Equal([2.5], NpyArray.Parse(file, "v.npy").ReadDoubles());
    }

    [Theory]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 4), }", "FileTruncated")]
    [InlineData("{'descr': '<f8', 'fortran_order': False, 'shape': (99999999999,), }", "NpyDamaged")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", "NpyTypeUnsupported")]
    [InlineData("{'descr': '<f8', 'shape': (1,), }", "NpyDamaged")]
    [InlineData("nonsense", "NpyDamaged")]
    public void Parse_BadHeader_IsRefused(string text, string errorId)
    {
        byte[] file = [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, 0, .. Encoding.UTF8.GetBytes(text), .. BitConverter.GetBytes(2.5)];

        Assert.Equal(errorId, Assert.Throws<InvalidFileException>(() => NpyArray.Parse(file, "bad.npy")).ErrorId);
    }
}
