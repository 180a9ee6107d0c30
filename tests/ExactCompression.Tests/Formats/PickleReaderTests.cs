using System.Text;
using ExactCompression.Formats;
using Xunit;

namespace ExactCompression.Tests.Formats;

public class PickleReaderTests
{
    [Fact]
    public void Read_ProtocolZeroText_GivesValues()
    {
        // pickle.dumps([1, -2, 2.5, 'a\n', True, None], protocol=0), by hand from the opcode table
        object? value = Read("(lp0\nI1\naI-2\naF2.5\naVa\\u000a\np1\naI01\naNa.");

        Assert.Equal(new object?[] { 1L, -2L, 2.5, "a\n", true, null }, Assert.IsType<List<object?>>(value));
    }

    [Fact]
    public void Read_BinaryContainers_GivesDictInOrder()
    {
        // {'b': (1, 256), 'a': {}} with a memo
        object? value = Read("\u0080\u0002}q\0(U\u0001bK\u0001M\0\u0001\u0086q\u0001U\u0001a}u.");

        PickleDict dict = Assert.IsType<PickleDict>(value);
        Assert.Equal(["b", "a"], dict.Items.Select(static i => i.Key));
        Assert.Equal([1L, 256L], Assert.IsType<object?[]>(dict.Items[0].Value));
    }

    [Theory]
    [InlineData("cos\nsystem\n(S'true'\ntR.", "PickleForbiddenGlobal")] // REDUCE of os.system
    [InlineData("(S'true'\nios\nsystem\n.", "PickleForbiddenGlobal")] // INST
    [InlineData("c__builtin__\neval\n(S'1'\ntR.", "PickleForbiddenGlobal")]
    [InlineData("cbuiltins\ngetattr\n.", "PickleForbiddenGlobal")]
    [InlineData("cbuiltins\nint\n(S'1'\ntR.", "PickleForbiddenGlobal")] // a known type, but only as a name
    [InlineData("\u0080\u0004\u008c\u0002os\u008c\u0006system\u0093.", "PickleForbiddenGlobal")] // STACK_GLOBAL
    [InlineData("\u0080\u0002ccollections\nOrderedDict\n)\u0081.", "PickleForbiddenGlobal")] // NEWOBJ
    [InlineData("\u0082\u0001.", "PickleForbiddenGlobal")] // EXT1
    [InlineData(".", "PickleDamaged")] // nothing on the stack
    [InlineData("(.", "PickleDamaged")]
    [InlineData("N(a.", "PickleDamaged")]
    [InlineData("g7\n.", "PickleDamaged")] // an empty memo
    [InlineData("K\u0001K\u0002a.", "PickleDamaged")] // append to a number
    [InlineData("}K\u0001u.", "PickleDamaged")] // no mark
    [InlineData("}(K\u0001u.", "PickleDamaged")] // a key without value
    [InlineData("Ixyz\n.", "PickleDamaged")]
    [InlineData("\u0080\u0009N.", "PickleDamaged")]
    [InlineData("X\u00ff\u00ff\u00ff\u00ffabc", "FileTruncated")] // a text of 4 GiB
    [InlineData("\u008e\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007fabc", "FileTruncated")] // bytes of 8 EiB
    [InlineData("\u008b\u00ff\u00ff\u00ff\u00ff", "FileTruncated")] // an integer of -1 bytes
    [InlineData("N", "FileTruncated")]
    [InlineData("U\u0001aQ.", "PickleDamaged")] // a persistent id where none belongs
    [InlineData(
        "cnumpy.core.multiarray\n_reconstruct\n)R(K\u0001(J\u00ff\u00ff\u00ff\u007fJ\u00ff\u00ff\u00ff\u007ftcnumpy\ndtype\n(U\u0002i8tR\u0089U\0tb.", "PickleDamaged")] // an array of 2^62 elements
    public void Read_MaliciousOrDamaged_IsRefused(string pickle, string errorId) =>
        Assert.Equal(errorId, Assert.Throws<InvalidFileException>(() => Read(pickle)).ErrorId);

    [Fact]
    public void Read_DeepNesting_DoesNotOverflowTheStack()
    {
        // a million tuples, each the only item of the next
        object? value = Read("N" + new string('\u0085', 1_000_000) + ".");

        Assert.IsType<object?[]>(value);
    }

    [Fact]
    public void Read_SelfReference_DoesNotHang()
    {
        List<object?> list = Assert.IsType<List<object?>>(Read("]q\0h\0a."));

        Assert.Same(list, list[0]);
    }

    [Fact]
    public void Read_SameListAppliedAgainAndAgain_IsStopped()
    {
        // 100,000 pairs in a list, then an OrderedDict made of it 100,000 times: 10^10 items from a file of under a megabyte
        var pickle = new StringBuilder("]q\0(");
        pickle.Insert(pickle.Length, "NN\u0086", 100_000).Append("e\u0085q\u0001ccollections\nOrderedDict\nq\u0002");
        pickle.Insert(pickle.Length, "h\u0002h\u0001R0", 100_000).Append('.');

        Assert.Equal("PickleTooLarge", Assert.Throws<InvalidFileException>(() => Read(pickle.ToString())).ErrorId);
    }

    private static object? Read(string latin1) => PickleReader.Read(new ByteCursor(Encoding.Latin1.GetBytes(latin1), "test.pkl"), "test");
}
