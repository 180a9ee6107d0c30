using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace ExactCompression.Formats;

/// <summary>
/// A restricted unpickler: a stack machine over plain data. It imports nothing and runs nothing; a name that is not in
/// <see cref="PickleGlobals"/> is refused. It does not recurse, and allocates no more than the bytes that it has consumed justify.
/// </summary>
/// <remarks>Source: the description of the pickle virtual machine in Python's <c>pickletools</c>.</remarks>
internal sealed class PickleReader
{
    // A state dict takes about fifty opcodes per tensor; this many mean millions of objects, and not a network.
    private const int MaximalOpcodes = 4_000_000;

    // Names, and the source code in old checkpoints, are far shorter.
    private const long MaximalText = 1 << 24;

    // Approximate memory of an opcode at most, besides the bytes that it consumes.
    private const int OpcodeSize = 64, OpcodesAtOnce = 1024;

    private readonly ByteCursor input;
    private readonly string where;
    private readonly Func<object?, object?>? persistentLoad;
    private readonly ImportBudget? budget;
    private readonly List<object?> stack = [];
    private readonly List<int> marks = [];
    private readonly Dictionary<uint, object?> memo = [];
    private int opcodeAt;
    private long work;

    private PickleReader(ByteCursor input, string where, Func<object?, object?>? persistentLoad, ImportBudget? budget)
    {
        this.budget = budget;
        this.input = input;
        this.where = where;
        this.persistentLoad = persistentLoad;
    }

    /// <summary>Reads one pickle; the cursor is then after its STOP.</summary>
    /// <param name="input">The bytes.</param>
    /// <param name="where">What the pickle is, for messages, such as <c>data.pkl</c>.</param>
    /// <param name="persistentLoad">Turns a persistent id into an object; null if none may occur.</param>
    /// <param name="budget">What the import may take; null if the input alone bounds it.</param>
    public static object? Read(
        ByteCursor input, string where, Func<object?, object?>? persistentLoad = null, ImportBudget? budget = null) =>
        new PickleReader(input, where, persistentLoad, budget).Run();

    private object? Run()
    {
        // Raw bytes pass through text in old protocols, so a long input may do more.
        for (long limit = MaximalOpcodes + (long)input.Remaining; work < limit; work++)
        {
            if (work % OpcodesAtOnce == 0)
                budget?.Allocate(OpcodeSize * OpcodesAtOnce, where);
            opcodeAt = input.Position;
            var opcode = (PickleOpcode)input.TakeByte("pickle");
            if (opcode == PickleOpcode.Stop)
                return Pop();
            try
            {
                Step(opcode);
            }
            catch (PickleShapeException e)
            {
                throw Damaged(e.Message);
            }
        }

        throw new InvalidFileException(
            "PickleTooLarge", input.Path, where, "The pickle makes more objects than any network needs.",
            "Save only the network's state dict.", unsupported: true);
    }

    private void Step(PickleOpcode opcode)
    {
        switch (opcode)
        {
            case PickleOpcode.Protocol:
                byte protocol = input.TakeByte("pickle");
                if (protocol > 5)
                    throw Damaged($"Protocol {protocol} is not known.");
                break;
            case PickleOpcode.Frame: input.Take(8, "pickle"); break;
            case PickleOpcode.Mark: marks.Add(stack.Count); break;
            case PickleOpcode.Pop: PopOrUnmark(); break;
            case PickleOpcode.PopMark: PopToMark(); break;
            case PickleOpcode.Duplicate: Push(Top()); break;
            case PickleOpcode.None: Push(null); break;
            case PickleOpcode.NewTrue: Push(true); break;
            case PickleOpcode.NewFalse: Push(false); break;
            case PickleOpcode.Int or PickleOpcode.Long: Push(PickleText.Integer(input.TakeLine("pickle"))); break;
            case PickleOpcode.Float: Push(PickleText.Real(input.TakeLine("pickle"))); break;
            case PickleOpcode.BinInt: Push((long)input.TakeInt32("pickle")); break;
            case PickleOpcode.BinInt1: Push((long)input.TakeByte("pickle")); break;
            case PickleOpcode.BinInt2: Push((long)BinaryPrimitives.ReadUInt16LittleEndian(input.Take(2, "pickle"))); break;
            case PickleOpcode.Long1: Push(PickleText.LittleEndianInteger(input.Take(input.TakeByte("pickle"), "pickle"))); break;
            case PickleOpcode.Long4: Push(PickleText.LittleEndianInteger(input.Take(input.TakeInt32("pickle"), "pickle"))); break;
            case PickleOpcode.BinFloat: Push(BinaryPrimitives.ReadDoubleBigEndian(input.Take(8, "pickle"))); break;
            case PickleOpcode.String: Push(PickleText.Quoted(input.TakeLine("pickle"))); break;
            case PickleOpcode.Unicode: Push(PickleText.Unescaped(PickleText.Utf8(input.TakeLine("pickle")))); break;
            case PickleOpcode.BinString: Push(PickleText.Latin1(TakeText(input.TakeInt32("pickle")))); break;
            case PickleOpcode.ShortBinString: Push(PickleText.Latin1(input.Take(input.TakeByte("pickle"), "string"))); break;
            case PickleOpcode.BinUnicode: Push(PickleText.Utf8(TakeText((uint)input.TakeInt32("pickle")))); break;
            case PickleOpcode.ShortBinUnicode: Push(PickleText.Utf8(input.Take(input.TakeByte("pickle"), "string"))); break;
            case PickleOpcode.BinUnicode8: Push(PickleText.Utf8(TakeText(input.TakeInt64("pickle")))); break;
            case PickleOpcode.BinBytes: Push(input.Take((uint)input.TakeInt32("pickle"), "bytes").ToArray()); break;
            case PickleOpcode.ShortBinBytes: Push(input.Take(input.TakeByte("pickle"), "bytes").ToArray()); break;
            case PickleOpcode.BinBytes8 or PickleOpcode.ByteArray8: Push(input.Take(input.TakeInt64("pickle"), "bytes").ToArray()); break;
            case PickleOpcode.EmptyTuple: Push(Array.Empty<object?>()); break;
            case PickleOpcode.Tuple1: Push(PopMany(1)); break;
            case PickleOpcode.Tuple2: Push(PopMany(2)); break;
            case PickleOpcode.Tuple3: Push(PopMany(3)); break;
            case PickleOpcode.Tuple: Push(PopToMark()); break;
            case PickleOpcode.EmptyList: Push(new List<object?>()); break;
            case PickleOpcode.List: Push(new List<object?>(PopToMark())); break;
            case PickleOpcode.EmptyDict: Push(new PickleDict()); break;
            case PickleOpcode.EmptySet: Push(new PickleOpaque("set")); break;
            case PickleOpcode.AddItems: PopToMark(); _ = Top(); break;
            case PickleOpcode.FrozenSet: PopToMark(); Push(new PickleOpaque("frozenset")); break;
            case PickleOpcode.Dict:
                object?[] pairs = PopToMark();
                var dict = new PickleDict();
                SetPairs(dict, pairs);
                Push(dict);
                break;
            case PickleOpcode.Append:
                object? item = Pop();
                TopAs<List<object?>>("list").Add(item);
                break;
            case PickleOpcode.Appends:
                object?[] appended = PopToMark();
                TopAs<List<object?>>("list").AddRange(appended);
                break;
            case PickleOpcode.SetItem:
                object?[] pair = PopMany(2);
                TopAs<PickleDict>("dict").Set(pair[0], pair[1]);
                break;
            case PickleOpcode.SetItems:
                object?[] set = PopToMark();
                SetPairs(TopAs<PickleDict>("dict"), set);
                break;
            case PickleOpcode.Put: memo[(uint)MemoIndex(PickleText.Integer(input.TakeLine("pickle")))] = Top(); break;
            case PickleOpcode.BinPut: memo[input.TakeByte("pickle")] = Top(); break;
            case PickleOpcode.LongBinPut: memo[(uint)input.TakeInt32("pickle")] = Top(); break;
            case PickleOpcode.Memoize: memo[(uint)memo.Count] = Top(); break;
            case PickleOpcode.Get: PushMemo((uint)MemoIndex(PickleText.Integer(input.TakeLine("pickle")))); break;
            case PickleOpcode.BinGet: PushMemo(input.TakeByte("pickle")); break;
            case PickleOpcode.LongBinGet: PushMemo((uint)input.TakeInt32("pickle")); break;
            case PickleOpcode.Global:
                string module = PickleText.Utf8(input.TakeLine("pickle"));
                Push(FindGlobal(module, PickleText.Utf8(input.TakeLine("pickle"))));
                break;
            case PickleOpcode.StackGlobal:
                if (PopMany(2) is not [string moduleName, string name])
                    throw Damaged("A global is not named by strings.");
                Push(FindGlobal(moduleName, name));
                break;
            case PickleOpcode.Reduce: Reduce(); break;
            case PickleOpcode.NewObject: MakeInstance(); break;
            case PickleOpcode.Build: Build(); break;
            case PickleOpcode.PersistentId: Push(LoadPersistent(PickleText.Utf8(input.TakeLine("pickle")))); break;
            case PickleOpcode.BinPersistentId: Push(LoadPersistent(Pop())); break;
            default: throw Unknown(opcode);
        }
    }

    private PickleGlobal FindGlobal(string module, string name) =>
        PickleGlobals.Find(module, name)
        ?? throw new InvalidFileException(
            "PickleForbiddenGlobal", input.Path, $"{where}, byte {opcodeAt}",
            $"The pickle names '{Printable($"{module}.{name}")}', which is not plain data; nothing in it was executed."
                + (persistentLoad is null
                    ? "" : " If it is a network's class, what its forward computes is code, which no checkpoint holds."),
            persistentLoad is null
                ? "Save only plain data."
                : "Export the network to ONNX with torch.onnx.export, or save its state dict if it is a chain of Linear and ReLU: "
                    + "torch.save(model.state_dict(), path).", unsupported: true);

    private void Reduce()
    {
        object? arguments = Pop();
        if (Pop() is not PickleGlobal global || arguments is not object?[] tuple)
            throw Damaged("A value of unknown type is applied to arguments.");
        if (global.Apply is null)
            throw new InvalidFileException(
                "PickleForbiddenGlobal", input.Path, $"{where}, byte {opcodeAt}",
                $"The pickle wants to call '{global.Name}', which is known only as a name; nothing in it was executed.",
                "Save only plain data: for a network its state dict, torch.save(model.state_dict(), path).", unsupported: true);
        Charge(tuple);
        Push(global.Apply(tuple));
    }

    private void MakeInstance()
    {
        object? arguments = Pop();
        if (Pop() is not PickleGlobal { Make: { } make } || arguments is not object?[] { Length: 0 })
            throw Unknown(PickleOpcode.NewObject);
        Push(make());
    }

    private ReadOnlySpan<byte> TakeText(long length)
    {
        input.Require(length, "string");
        return length <= MaximalText
            ? input.Take(length, "string")
            : throw new InvalidFileException(
                "PickleTooLarge", input.Path, $"{where}, byte {opcodeAt}", $"The pickle holds a text of {length} bytes.",
                "Save only the network's state dict.", unsupported: true);
    }

    // Repeated applications to the same long list or text are counted each time, otherwise small files could fill the memory.
    private void Charge(object?[] arguments)
    {
        foreach (object? argument in arguments)
        {
            work += argument switch
            {
                string text => text.Length,
                object?[] tuple => tuple.Length,
                List<object?> list => list.Count,
                PickleDict dict => dict.Items.Count,
                _ => 0,
            };
        }
    }

    private void Build()
    {
        object? state = Pop();
        switch (Top())
        {
            case IPickleState target:
                Charge(state as object?[] ?? []);
                target.SetState(state);
                break;
            case PickleDict:
                // Attributes of an ordered dict, such as a state dict's _metadata, say nothing about weights.
                break;
            case TorchTensor when state is PickleDict or object?[] { Length: 2 or 3 } and [bool, ..]:
                break; // attributes of a parameter; before PyTorch 1.0 whether it takes part in training, and hooks
            default:
                throw Damaged("A state is given to something that takes none.");
        }
    }

    private object? LoadPersistent(object? id) =>
        persistentLoad is null ? throw Damaged("A persistent id has no meaning here.") : persistentLoad(id);

    private void SetPairs(PickleDict dict, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
            throw Damaged("A dict has a key without a value.");
        for (int i = 0; i < pairs.Length; i += 2)
            dict.Set(pairs[i], pairs[i + 1]);
    }

    private long MemoIndex(object? value) =>
        value is long and >= 0 and <= uint.MaxValue ? (long)value : throw Damaged("A memo index is not a number.");

    private void PushMemo(uint index) =>
        Push(memo.TryGetValue(index, out object? value) ? value : throw Damaged($"The memo holds nothing at {index}."));

    private void Push(object? value) => stack.Add(value);

    private int Floor => marks.Count > 0 ? marks[^1] : 0;

    private object? Top() => stack.Count > Floor ? stack[^1] : throw Damaged("The stack is empty.");

    private T TopAs<T>(string what)
        where T : class => Top() as T ?? throw Damaged($"Items are added to something that is no {what}.");

    private object? Pop()
    {
        object? value = Top();
        stack.RemoveAt(stack.Count - 1);
        return value;
    }

    private void PopOrUnmark()
    {
        if (marks.Count > 0 && marks[^1] == stack.Count)
            marks.RemoveAt(marks.Count - 1);
        else
            Pop();
    }

    private object?[] PopMany(int count)
    {
        if (stack.Count - Floor < count)
            throw Damaged("The stack is empty.");
        object?[] values = CollectionsMarshal.AsSpan(stack)[^count..].ToArray();
        stack.RemoveRange(stack.Count - count, count);
        return values;
    }

    private object?[] PopToMark()
    {
        if (marks.Count == 0)
            throw Damaged("There is no mark to go back to.");
        object?[] values = PopMany(stack.Count - marks[^1]);
        marks.RemoveAt(marks.Count - 1);
        return values;
    }

    private InvalidFileException Unknown(PickleOpcode opcode) => (byte)opcode switch
    {
        (byte)'i' or (byte)'o' or 0x81 or 0x92 or 0x82 or 0x83 or 0x84 =>
            new("PickleForbiddenGlobal", input.Path, $"{where}, byte {opcodeAt}",
                $"The pickle wants to make an instance of a class (opcode 0x{(byte)opcode:x2}); nothing in it was executed.",
                "Save only plain data: for a network its state dict, torch.save(model.state_dict(), path).", unsupported: true),
        _ => Damaged($"0x{(byte)opcode:x2} is not an opcode for data."),
    };

    private InvalidFileException Damaged(string problem) =>
        new("PickleDamaged", input.Path, $"{where}, byte {opcodeAt}", problem,
            "The file is damaged or not a pickle of plain data: save it again.");

    private static string Printable(string text) =>
        new([.. text.Take(120).Select(static c => char.IsControl(c) ? '?' : c)]);
}
